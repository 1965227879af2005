// One map: quiet outlines with names, dots by state in clusters, and (where asked) a place to pick.
// Tiles come from data-tiles: a raster template ({z}/{x}/{y}) or a .pmtiles file; without it outlines and names are all.

const TONES = { "": "--ink-2", info: "--info", good: "--good", warn: "--warn", bad: "--bad" };

/** Draw the map in `box`; its options are its data attributes (see the map_box tag). */
export async function start(box) {
  const options = box.dataset;
  const gl = await import(options.maplibre);
  gl.setWorkerUrl(options.maplibreWorker);
  await styleSheet(options.maplibreCss);
  const [longitude, latitude] = options.centre.split(",").map(Number);
  const colours = getComputedStyle(box);
  const style = await baseStyle(gl, options, colours);
  if (!box.isConnected) return; // a panel that has been replaced meanwhile
  const fallback = [...box.childNodes];
  let map;
  try {
    box.replaceChildren();
    map = new gl.Map({
      container: box, style, center: [longitude, latitude], zoom: Number(options.zoom) || 11, maxZoom: 19, minZoom: 6,
      attributionControl: options.attribution ? { customAttribution: options.attribution, compact: true } : false,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, cooperativeGestures: false, fadeDuration: 0,
    });
  } catch (error) {
    box.replaceChildren(...fallback);
    throw error;
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new gl.NavigationControl({ showCompass: false }), "top-right");
  box.dongliMap = map;
  await new Promise((done) => map.once("load", done));
  if (!box.isConnected) { map.remove(); return; }
  if (options.outlines) await outlines(map, options.outlines, colours, gl);
  const points = await pointList(options, map);
  if (Array.isArray(points)) dots(map, gl, points, colours);
  else if (points) gathered(map, gl, points, options, colours);
  if (options.pickLongitude) picking(map, gl, box);
  box.dispatchEvent(new CustomEvent("map:ready", { bubbles: true }));
  box.dataset.ready = "1";
}

function styleSheet(href) {
  if (document.querySelector(`link[href="${href}"]`)) return null;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((done) => { link.onload = link.onerror = done; document.head.append(link); });
}

async function baseStyle(gl, options, colours) {
  const style = { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": colours.getPropertyValue("--map-ground").trim() || "#f0f1f2" } }] };
  if (!options.tiles) return style;
  if (options.tiles.endsWith(".pmtiles")) await archive(gl, options, style);
  else raster(style, { tiles: [options.tiles] });
  return style;
}

function raster(style, source) {
  style.sources.tiles = { type: "raster", tileSize: 256, maxzoom: 18, ...source };
  style.layers.push({ id: "tiles", type: "raster", source: "tiles", paint: { "raster-saturation": -0.4, "raster-opacity": 0.85 } });
}

// A PMTiles file holds pictures, or shapes in the Protomaps layout: of those only water, greens, roads and buildings are drawn.
async function archive(gl, options, style) {
  await script(options.pmtiles);
  const file = new window.pmtiles.PMTiles(new URL(options.tiles, location.href).href);
  const protocol = new window.pmtiles.Protocol();
  protocol.add(file);
  gl.addProtocol("pmtiles", protocol.tile);
  const url = `pmtiles://${file.source.getKey()}`;
  if ((await file.getHeader()).tileType !== 1) { raster(style, { url }); return; }
  style.sources.tiles = { type: "vector", url };
  const fill = (layer, colour) => style.layers.push({ id: `tiles-${layer}`, type: "fill", source: "tiles", "source-layer": layer, paint: { "fill-color": colour, "fill-opacity": 0.5 } });
  fill("landuse", "#dfe8da");
  fill("water", "#bcd3e6");
  fill("buildings", "#c9ccd0");
  style.layers.push({ id: "tiles-roads", type: "line", source: "tiles", "source-layer": "roads", paint: { "line-color": "#a9afb6", "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.5, 16, 4] } });
}

function script(src) {
  if (window.pmtiles) return null;
  return new Promise((done, failed) => document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: failed })));
}

async function outlines(map, url, colours, gl) {
  const answer = await fetch(url);
  if (!answer.ok) return;
  const data = await answer.json();
  const ink = colours.getPropertyValue("--ink-2").trim();
  const paper = colours.getPropertyValue("--paper").trim();
  map.addSource("outlines", { type: "geojson", data });
  map.addSource("names", { type: "geojson", data: { type: "FeatureCollection", features: data.features.map(nameAt).filter(Boolean) } });
  map.addLayer({ id: "areas", type: "fill", source: "outlines", paint: { "fill-color": paper, "fill-opacity": map.getSource("tiles") ? 0.15 : 0.9 } });
  map.addLayer({ id: "edges", type: "line", source: "outlines", paint: { "line-color": colours.getPropertyValue("--line-strong").trim(), "line-width": 1, "line-opacity": 0.7 } });
  map.addLayer({
    id: "names", type: "symbol", source: "names",
    layout: { "text-field": ["get", "name"], "text-size": 13, "text-padding": 6 },
    paint: { "text-color": ink, "text-halo-color": paper, "text-halo-width": 1.5 },
  });
  const bounds = new gl.LngLatBounds();
  for (const feature of data.features) eachPoint(feature.geometry?.coordinates, (point) => bounds.extend(point));
  if (!bounds.isEmpty() && !data.keep_view) map.fitBounds(bounds, { padding: 16, animate: false });
}

function nameAt({ geometry, properties }) {
  if (!geometry || !properties?.name) return null;
  const point = properties.longitude ? [properties.longitude, properties.latitude] : middle(geometry);
  return { type: "Feature", properties: { name: properties.name }, geometry: { type: "Point", coordinates: point } };
}

function middle(geometry) {
  let west = 180, south = 90, east = -180, north = -90;
  eachPoint(geometry.coordinates, ([x, y]) => { west = Math.min(west, x); east = Math.max(east, x); south = Math.min(south, y); north = Math.max(north, y); });
  return [(west + east) / 2, (south + north) / 2];
}

function eachPoint(coordinates, visit) {
  if (!coordinates) return;
  if (typeof coordinates[0] === "number") visit(coordinates);
  else coordinates.forEach((part) => eachPoint(part, visit));
}

async function pointList(options, map) {
  if (options.pointsInline) return JSON.parse(options.pointsInline);
  if (!options.points) return null;
  const answer = await fetch(seen(options.points, map));
  return answer.ok ? answer.json() : null;
}

// The address of the points with what is seen of the map.
function seen(address, map) {
  const url = new URL(address, location.href);
  const bounds = map.getBounds();
  const parts = { west: bounds.getWest(), south: bounds.getSouth(), east: bounds.getEast(), north: bounds.getNorth(), zoom: map.getZoom() };
  for (const [name, value] of Object.entries(parts)) url.searchParams.set(name, value.toFixed(5));
  return url;
}

const asFeature = (point, colours) => ({ type: "Feature", geometry: { type: "Point", coordinates: [point.lon, point.lat] }, properties: { colour: colours.getPropertyValue(TONES[point.tone] || TONES[""]).trim(), label: point.label || "", url: point.url || "" } });

function dots(map, gl, points, colours) {
  const data = { type: "FeatureCollection", features: points.map((point) => asFeature(point, colours)) };
  map.addSource("points", { type: "geojson", data, cluster: true, clusterRadius: 36, clusterMaxZoom: 16 });
  draw(map, gl, colours);
  map.on("click", "clusters", async ({ features: [cluster] }) => {
    const zoom = await map.getSource("points").getClusterExpansionZoom(cluster.properties.cluster_id);
    map.easeTo({ center: cluster.geometry.coordinates, zoom });
  });
}

// Clusters come from the server, for what is seen: asked for again whenever that has changed.
function gathered(map, gl, first, options, colours) {
  const note = document.querySelector("[data-map-capped]");
  const show = ({ clusters, capped }) => {
    if (note) note.hidden = !capped;
    return { type: "FeatureCollection", features: clusters.map((one) => asCluster(one, colours)) };
  };
  map.addSource("points", { type: "geojson", data: show(first) });
  draw(map, gl, colours);
  map.on("click", "clusters", ({ features: [cluster] }) => map.easeTo({ center: cluster.geometry.coordinates, zoom: Math.min(map.getZoom() + 2, 19) }));
  let asking = null;
  map.on("moveend", async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(seen(options.points, map), { signal: asking.signal });
      if (answer.ok) map.getSource("points")?.setData(show(await answer.json()));
    } catch (error) {
      if (error.name !== "AbortError" && error.name !== "TypeError") throw error; // without a signal the old ones stay
    }
  });
}

function asCluster(one, colours) {
  const feature = asFeature(one, colours);
  if (one.count) Object.assign(feature.properties, { point_count: one.count, point_count_abbreviated: one.count < 1000 ? `${one.count}` : `${Math.round(one.count / 100) / 10}k` });
  return feature;
}

function draw(map, gl, colours) {
  const paper = colours.getPropertyValue("--paper").trim();
  map.addLayer({ id: "clusters", type: "circle", source: "points", filter: ["has", "point_count"], paint: { "circle-color": "#3d4650", "circle-radius": ["step", ["get", "point_count"], 13, 10, 17, 100, 22], "circle-stroke-color": paper, "circle-stroke-width": 2 } });
  map.addLayer({ id: "cluster-counts", type: "symbol", source: "points", filter: ["has", "point_count"], layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": 13, "text-allow-overlap": true }, paint: { "text-color": "#fff" } });
  map.addLayer({ id: "dots", type: "circle", source: "points", filter: ["!", ["has", "point_count"]], paint: { "circle-color": ["get", "colour"], "circle-radius": 7, "circle-stroke-color": paper, "circle-stroke-width": 2 } });
  map.on("click", "dots", ({ features: [dot] }) => {
    const words = document.createElement(dot.properties.url ? "a" : "span");
    if (dot.properties.url) words.href = dot.properties.url;
    words.textContent = dot.properties.label;
    new gl.Popup({ closeButton: false, maxWidth: "16rem" }).setLngLat(dot.geometry.coordinates).setDOMContent(words).addTo(map);
  });
  for (const layer of ["clusters", "dots"]) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
}

function picking(map, gl, box) {
  const longitude = document.getElementById(box.dataset.pickLongitude);
  const latitude = document.getElementById(box.dataset.pickLatitude);
  const tools = box.parentElement.querySelector(".ui-map-tools");
  const status = tools?.querySelector("[data-map-status]");
  const marker = new gl.Marker({ color: "#9e1b26", draggable: true });
  const keep = ({ lng, lat }) => {
    longitude.value = lng.toFixed(6);
    latitude.value = lat.toFixed(6);
    longitude.dispatchEvent(new Event("change", { bubbles: true }));
    if (status) status.textContent = status.dataset.picked;
  };
  const put = (at) => { marker.setLngLat(at).addTo(map); keep(marker.getLngLat()); };
  marker.on("dragend", () => keep(marker.getLngLat()));
  map.on("click", ({ lngLat }) => put(lngLat));
  if (longitude.value && latitude.value) {
    marker.setLngLat([Number(longitude.value), Number(latitude.value)]).addTo(map);
    map.jumpTo({ center: marker.getLngLat(), zoom: 15 });
  }
  const locate = tools?.querySelector("[data-locate]");
  if (!locate || !navigator.geolocation) return;
  locate.hidden = false;
  locate.addEventListener("click", () => {
    locate.classList.add("is-busy");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { locate.classList.remove("is-busy"); put([coords.longitude, coords.latitude]); map.easeTo({ center: marker.getLngLat(), zoom: 16 }); },
      () => { locate.classList.remove("is-busy"); if (status) status.textContent = status.dataset.denied; },
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
}
