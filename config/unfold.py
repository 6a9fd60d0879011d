"""The theme: name, colours of nothing but the defaults, and the sidebar by permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy


def may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def item(title: str, icon: str, url: str, permission: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "page": f"admin:{url}",
        "permission": may(permission),
    }


def among_profiles(request: HttpRequest) -> bool:
    """Not within the queue, whose address is below the list's."""
    profiles, queue = "/assessments/publicprofile/", "/assessments/publicprofile/queue/"
    return profiles in request.path and queue not in request.path


def among_wheels(request: HttpRequest) -> bool:
    """Not the statistics, whose address is below the list's."""
    wheels = "/flavors/flavorwheel/"
    return wheels in request.path and f"{wheels}statistics/" not in request.path


def among_schema(request: HttpRequest) -> bool:
    """Both of its tabs."""
    pages = ("/ops/schemaexpectation/", "/ops/appliedmigration/")
    return any(page in request.path for page in pages)


def among_flags(request: HttpRequest) -> bool:
    return "/waffle/" in request.path


FLAG_TABS = (("Flags", "flag"), ("Switches", "switch"), ("Samples", "sample"))

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Steward",
    "SITE_HEADER": "Steward",
    "SITE_SYMBOL": "library_books",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("favicon.svg"),
        }
    ],
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "config.dashboard.start_page",
    "STYLES": [
        lambda request: static("theme.css"),
        lambda request: static("question.css"),
        lambda request: static("profile.css"),
        lambda request: static("alerts.css"),
    ],
    "SCRIPTS": [lambda request: static("steward.js")],
    "COMMAND": {"search_models": False, "search_callback": "config.search.find"},
    "ACCOUNT": {
        "navigation": [
            {
                "title": "Your logins, second factor, password",
                "link": reverse_lazy("admin:ops_loginsession_changelist"),
            }
        ]
    },
    "TABS": [
        {
            "models": ["waffle.flag", "waffle.switch", "waffle.sample"],
            "items": [
                {"title": title, "link": reverse_lazy(f"admin:waffle_{model}_changelist")}
                for title, model in FLAG_TABS
            ],
        }
    ],
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": "Question bank",
                "items": [
                    item(
                        "Questions",
                        "quiz",
                        "quizbank_question_changelist",
                        "quizbank.view_question",
                    ),
                    item(
                        "Categories",
                        "account_tree",
                        "quizbank_category_tree",
                        "quizbank.view_category",
                    ),
                    item(
                        "Problem reports",
                        "report",
                        "quizbank_problemreport_changelist",
                        "quizbank.view_problemreport",
                    ),
                    item(
                        "Duplicates",
                        "content_copy",
                        "quizbank_questionsimilarity_changelist",
                        "quizbank.view_questionsimilarity",
                    ),
                    item(
                        "Imports",
                        "upload_file",
                        "quizbank_importbatch_changelist",
                        "quizbank.view_importbatch",
                    ),
                    item(
                        "Exam statistics",
                        "monitoring",
                        "quizbank_examstatistic_changelist",
                        "quizbank.view_examstatistic",
                    ),
                    item(
                        "Category statistics",
                        "bar_chart",
                        "quizbank_categorystatistic_changelist",
                        "quizbank.view_categorystatistic",
                    ),
                    item(
                        "Pools",
                        "shuffle",
                        "quizbank_questionpool_changelist",
                        "quizbank.view_questionpool",
                    ),
                    item(
                        "Quiz sessions",
                        "timer",
                        "quizbank_anyquizsession_changelist",
                        "quizbank.view_anyquizsession",
                    ),
                    item(
                        "Answers", "checklist", "quizbank_answer_changelist", "quizbank.view_answer"
                    ),
                    item(
                        "Study time",
                        "schedule",
                        "quizbank_studysession_changelist",
                        "quizbank.view_studysession",
                    ),
                    item(
                        "Interactions",
                        "touch_app",
                        "quizbank_userinteraction_changelist",
                        "quizbank.view_userinteraction",
                    ),
                    item(
                        "Interactions by day",
                        "calendar_month",
                        "quizbank_interactionsummary_changelist",
                        "quizbank.view_interactionsummary",
                    ),
                    item(
                        "Messages set aside",
                        "mark_email_unread",
                        "quizbank_answerssetaside_changelist",
                        "quizbank.view_answerssetaside",
                    ),
                    item("Exams", "school", "quizbank_exam_changelist", "quizbank.view_exam"),
                    item(
                        "Subjects", "topic", "quizbank_subject_changelist", "quizbank.view_subject"
                    ),
                    item(
                        "Lightning round",
                        "bolt",
                        "quizbank_lightningquestion_changelist",
                        "quizbank.view_lightningquestion",
                    ),
                ],
            },
            {
                "title": "Flavors",
                "items": [
                    item("Terms", "label", "flavors_term_changelist", "flavors.view_term"),
                    item(
                        "Duplicates",
                        "content_copy",
                        "flavors_termsimilarity_changelist",
                        "flavors.view_termsimilarity",
                    ),
                    item(
                        "Descriptors",
                        "local_cafe",
                        "flavors_descriptor_changelist",
                        "flavors.view_descriptor",
                    ),
                    item(
                        "Flavor categories",
                        "palette",
                        "flavors_flavorcategory_tree",
                        "flavors.view_flavorcategory",
                    ),
                    item(
                        "Descriptor imports",
                        "upload_file",
                        "flavors_descriptorimport_changelist",
                        "flavors.view_descriptorimport",
                    ),
                    item(
                        "Wheels",
                        "donut_small",
                        "flavors_flavorwheel_look",
                        "flavors.view_flavorwheel",
                    )
                    | {"active": among_wheels},
                    item(
                        "Tasting statistics",
                        "insights",
                        "flavors_flavorwheel_statistics",
                        "flavors.view_descriptor",
                    ),
                ],
            },
            {
                "title": "Members",
                "items": [
                    item(
                        "Moderation queue",
                        "inbox",
                        "assessments_publicprofile_queue",
                        "assessments.moderate_publicprofile",
                    )
                    | {"badge": "profiles"},
                    item(
                        "Profiles",
                        "account_box",
                        "assessments_publicprofile_changelist",
                        "assessments.view_publicprofile",
                    )
                    | {"active": among_profiles},
                    item(
                        "Members",
                        "group",
                        "assessments_member_changelist",
                        "assessments.view_member",
                    ),
                    item(
                        "Sessions",
                        "assignment",
                        "assessments_assessmentsession_changelist",
                        "assessments.view_assessmentsession",
                    ),
                    item(
                        "Leaderboards",
                        "leaderboard",
                        "assessments_leaderboardrow_changelist",
                        "assessments.view_leaderboardrow",
                    ),
                    item(
                        "Practice leaderboard",
                        "emoji_events",
                        "quizbank_practicestanding_changelist",
                        "assessments.view_leaderboardrow",
                    ),
                    item(
                        "Decisions",
                        "gavel",
                        "assessments_profileevent_changelist",
                        "assessments.view_profileevent",
                    ),
                    item(
                        "Reasons",
                        "rate_review",
                        "assessments_moderationreason_changelist",
                        "assessments.view_moderationreason",
                    ),
                    item(
                        "Badges",
                        "military_tech",
                        "assessments_badge_changelist",
                        "assessments.view_badge",
                    ),
                    item(
                        "Reserved words",
                        "block",
                        "assessments_reservedword_changelist",
                        "assessments.view_reservedword",
                    ),
                ],
            },
            {
                "title": "History",
                "items": [
                    item(
                        "Recent changes",
                        "history",
                        "ops_historyentry_changelist",
                        "ops.view_historyentry",
                    ),
                ],
            },
            {
                "title": "Operations",
                "items": [
                    item("Runs", "manufacturing", "ops_run_changelist", "ops.view_own_run"),
                    item(
                        "Schedules",
                        "schedule",
                        "ops_schedulestate_changelist",
                        "ops.view_schedulestate",
                    ),
                    item(
                        "Exports",
                        "download",
                        "ops_exportfile_changelist",
                        "ops.view_exportfile",
                    ),
                    item(
                        "Action log",
                        "fact_check",
                        "ops_auditentry_changelist",
                        "ops.view_own_auditentry",
                    ),
                    item(
                        "Monitoring",
                        "monitor_heart",
                        "ops_performancesnapshot_changelist",
                        "ops.view_performancesnapshot",
                    ),
                    item("Alerts", "notifications", "ops_alert_changelist", "ops.view_alert"),
                    item(
                        "Alert rules",
                        "rule",
                        "ops_alertthreshold_changelist",
                        "ops.view_alertthreshold",
                    ),
                    item(
                        "Materialized views",
                        "table_view",
                        "ops_viewstatus_changelist",
                        "ops.view_viewstatus",
                    ),
                    item(
                        "Partitions",
                        "calendar_view_month",
                        "ops_partitionarchive_changelist",
                        "ops.view_partitionarchive",
                    ),
                    item("Backups", "backup", "ops_backup_changelist", "ops.view_backup"),
                    item("Caches", "bolt", "ops_cachestate_changelist", "ops.view_cachestate"),
                    item(
                        "Schema",
                        "schema",
                        "ops_schemaexpectation_changelist",
                        "ops.view_schemaexpectation",
                    )
                    | {"active": among_schema},
                    item("Feature flags", "flag", "waffle_flag_changelist", "waffle.view_flag")
                    | {"active": among_flags},
                ],
            },
            {
                "title": "Staff",
                "items": [
                    item("Accounts", "person", "auth_user_changelist", "auth.view_user"),
                    item("Groups", "group", "auth_group_changelist", "auth.view_group"),
                    item(
                        "Failed logins",
                        "lock",
                        "axes_accessattempt_changelist",
                        "axes.view_accessattempt",
                    ),
                ],
            },
        ],
    },
}
