"""Addresses of members, wishes and service. Names are global: `member_home`, `desk_members`, `desk_wishes` …"""

from django.urls import path

from dongli.volunteering.views import desk, figures, helping, member, wishes

urlpatterns = [
    path("member/", member.home, name="member_home"),
    path("member/report-in/", member.report_in, name="member_report_in"),
    path("member/edit/", member.edit, name="member_edit"),
    path("member/leave/", member.leave, name="member_leave"),
    path("member/wishes/<uuid:wish_id>/", helping.wish, name="member_wish"),
    path("member/wishes/<uuid:wish_id>/claim/", helping.claim, name="member_claim"),
    path("member/wishes/<uuid:wish_id>/give-back/", helping.give_back, name="member_give_back"),
    path("member/wishes/<uuid:wish_id>/contact/", helping.contact, name="member_contact"),
    path("member/service/", helping.services, name="member_services"),
    path("member/service/new/", helping.log, name="member_log"),
    path("member/service/<uuid:service_id>/", helping.one_service, name="member_service"),
    path("desk/members/", desk.member_list, name="desk_members"),
    path("desk/members/figures/", figures.of_compounds, name="desk_member_figures"),
    path("desk/members/offers/", figures.offer_list, name="desk_offers"),
    path("desk/members/offers/<uuid:offer_id>/rename/", figures.rename_offer, name="offer_rename"),
    path("desk/members/offers/<uuid:offer_id>/end/", figures.end_offer, name="offer_end"),
    path("desk/members/unit/", figures.of_unit, name="desk_unit_members"),
    path("desk/members/<uuid:report_in_id>/", desk.member_sheet, name="desk_member_sheet"),
    path("desk/members/<uuid:report_in_id>/confirm/", desk.confirm, name="member_confirm"),
    path("desk/members/<uuid:report_in_id>/decline/", desk.decline, name="member_decline"),
    path("desk/members/<uuid:report_in_id>/contact/", desk.contact, name="desk_member_contact"),
    path("desk/wishes/", wishes.wish_list, name="desk_wishes"),
    path("desk/wishes/new/", wishes.new_wish, name="desk_wish_new"),
    path("desk/wishes/service/", desk.services, name="desk_services"),
    path("desk/wishes/service/<uuid:service_id>/", desk.one_service, name="desk_service"),
    path("desk/wishes/service/<uuid:service_id>/confirm/", desk.confirm_service, name="service_confirm"),
    path("desk/wishes/service/<uuid:service_id>/decline/", desk.decline_service, name="service_decline"),
    path("desk/wishes/<uuid:wish_id>/", wishes.one_wish, name="desk_wish"),
    path("desk/wishes/<uuid:wish_id>/finish/", wishes.finish, name="wish_finish"),
    path("desk/wishes/<uuid:wish_id>/cancel/", wishes.cancel, name="wish_cancel"),
]
