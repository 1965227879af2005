"""Reading what other systems export: rows of appeals, and the places their texts name. Pure: nothing here writes."""
