"""Every address of the admin, as every role and as strangers, against `config/roles.py`.

A screen that the standard names do not explain declares its permission in `DECLARED`, here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.contrib import admin

from config.roles import codenames
from tests.screens import STRANGERS, Screen, screens

STAFF, EVERYBODY, NOBODY = "any staff", "everybody", "nobody"


@dataclass(frozen=True)
class Rule:
    """`permission` as "app.codename", or one of the words above; several: any of them."""

    permission: str | tuple[str, ...]
    # Answers a GET with 403 or 405.
    post_only: bool = False
    # What those who may get for a GET, and what the others get.
    granted: int = 200
    refused: int | tuple[int, ...] = 403
    # Who may open the page of a row of their own; the fixture's rows are nobody's.
    own: str = NOBODY
    # URL parameter → value, where the first row of the screen's model is not meant.
    arguments: dict[str, Any] = field(default_factory=dict)


# Today's: there is no order that it allows.
PARTITION = {
    "table": "audit_logs",
    "partition": f"audit_logs_{datetime.now(UTC):%Y_%m}",
    "order": "archive",
}
FLAT = {"table": "flavor_descriptors", "order_name": "dry-run"}
BOARDS = "assessments.view_leaderboardrow"
DECLARED = {
    "index": Rule(STAFF),
    "search": Rule(STAFF),
    "login": Rule(EVERYBODY),
    "logout": Rule(STAFF, post_only=True),
    "password_change": Rule(STAFF),
    "password_change_done": Rule(STAFF),
    "jsi18n": Rule(STAFF),
    # Without its three parameters; with them: see the test of autocompletes.
    "autocomplete": Rule(STAFF, granted=403),
    # Closed: config/urls.py says why.
    "view_on_site": Rule(
        EVERYBODY, granted=404, arguments={"content_type_id": "1", "object_id": "1"}
    ),
    # Everybody's own; a GET of where nothing is owed leads on.
    "ops_loginsession_changelist": Rule(STAFF),
    "ops_loginsession_code": Rule(STAFF, granted=302),
    "ops_loginsession_setup": Rule(STAFF),
    **{
        f"ops_loginsession_{step}": Rule(STAFF, post_only=True)
        for step in ("codes", "remove", "end")
    },
    "ops_loginsession_user": Rule("auth.change_user", granted=404, arguments={"user": "999999999"}),
    **{
        f"ops_loginsession_{step}": Rule(
            "auth.change_user", post_only=True, arguments={"user": "999999999"}
        )
        for step in ("reset", "end_user")
    },
    "app_list": Rule(
        tuple(f"quizbank.view_{model}" for model in ("question", "exam")),
        refused=404,
        arguments={"app_label": "quizbank"},
    ),
    # Written by the login alone.
    "axes_accessattempt_add": Rule(NOBODY),
    "axes_accessfailurelog_add": Rule(NOBODY),
    "axes_accesslog_add": Rule(NOBODY),
    "auth_user_logins": Rule("auth.change_user", granted=302),
    "auth_user_password_change": Rule("auth.change_user"),
    "assessments_member_erase": Rule("assessments.erase_member"),
    **{
        f"{app}_{model}_tree{step}": Rule(f"{app}.{verb}_{model}", post_only=bool(step))
        for app, model in (("quizbank", "category"), ("flavors", "flavorcategory"))
        for step, verb in {
            "": "view",
            "_add": "add",
            **dict.fromkeys(("_edit", "_move", "_reorder", "_undo"), "change"),
        }.items()
    },
    "quizbank_lightningquestion_draw": Rule("quizbank.view_lightningquestion"),
    "quizbank_questionpool_shortages": Rule("quizbank.view_questionpool"),
    "quizbank_questionpool_draw": Rule("quizbank.view_questionpool"),
    "quizbank_questionpool_rebuild": Rule("quizbank.rebuild_questionpool", post_only=True),
    "ops_run_changelist": Rule("ops.view_own_run"),
    "ops_run_change": Rule("ops.view_run", refused=(302, 403), own="ops.view_own_run"),
    "ops_run_state": Rule("ops.view_run", refused=(403, 404)),
    **{
        f"ops_run_{verb}": Rule("ops.change_run", post_only=True)
        for verb in ("cancel", "retry", "repeat")
    },
    "ops_auditentry_changelist": Rule("ops.view_own_auditentry"),
    "ops_auditentry_change": Rule(
        "ops.view_auditentry", refused=(302, 403), own="ops.view_own_auditentry"
    ),
    "ops_auditentry_count": Rule("ops.view_own_auditentry", post_only=True),
    **{
        f"quizbank_{model}_count": Rule(f"quizbank.view_{model}", post_only=True)
        for model in ("anyquizsession", "answer", "studysession", "userinteraction")
    },
    **{
        f"quizbank_answerssetaside_{step}": Rule("quizbank.change_answerssetaside", post_only=True)
        for step in ("put_back", "discard")
    },
    **{
        f"flavors_descriptorimport_{step}": Rule("flavors.add_descriptorimport", post_only=True)
        for step in ("columns", "confirm", "discard", "undo")
    },
    "flavors_descriptorimport_delete": Rule(NOBODY),
    **{
        f"flavors_categoryimport_{step}": Rule("flavors.add_categoryimport", post_only=True)
        for step in ("confirm", "discard", "undo")
    },
    "flavors_categoryimport_delete": Rule(NOBODY),
    "flavors_descriptor_count": Rule("flavors.view_descriptor", post_only=True),
    "ops_run_add": Rule("ops.change_run"),
    "ops_schedulestate_changelist": Rule("ops.view_schedulestate"),
    "ops_cachestate_changelist": Rule("ops.view_cachestate"),
    **{
        f"ops_cachestate_{step}": Rule(
            "ops.change_cachestate", post_only=True, arguments={"name": name}
        )
        for step, name in (("void", "category-tree"), ("void_tag", "questions"), ("void_all", ""))
    },
    **{
        f"ops_schedulestate_{verb}": Rule(
            "ops.change_schedulestate", post_only=True, arguments={"schedule": "clean-ledger"}
        )
        for verb in ("switch", "run")
    },
    **{
        f"ops_viewstatus_{verb}": Rule("ops.refresh_viewstatus", post_only=True)
        for verb in ("refresh", "refresh_blocking")
    },
    **{
        f"ops_performancesnapshot_{page}": Rule("ops.view_performancesnapshot")
        for page in ("queries", "indexes", "tables", "sessions", "server")
    },
    "ops_performancesnapshot_query": Rule(
        "ops.view_performancesnapshot", granted=404, arguments={"queryid": "0"}
    ),
    "ops_performancesnapshot_signal": Rule(
        "ops.signal_performancesnapshot", post_only=True, arguments={"step": "cancel"}
    ),
    **{
        f"ops_alert_{step}": Rule("ops.change_alert", post_only=True)
        for step in ("acknowledge", "note")
    },
    "ops_alertthreshold_add": Rule(NOBODY),
    "ops_alertthreshold_delete": Rule(NOBODY),
    **{
        f"ops_backup_{step}": Rule("ops.change_backup", post_only=True)
        for step in ("run", "prune", "verify")
    },
    **{f"ops_backup_{page}": Rule("ops.view_backup") for page in ("restoring", "archiver")},
    "ops_schemaexpectation_verify": Rule("ops.change_run", post_only=True),
    "ops_partitionarchive_ahead": Rule("ops.change_run", post_only=True),
    "ops_partitionarchive_table": Rule("ops.view_partitionarchive", arguments=PARTITION),
    "ops_partitionarchive_partition": Rule("ops.view_partitionarchive", arguments=PARTITION),
    "ops_partitionarchive_count": Rule(
        "ops.view_partitionarchive", post_only=True, arguments=PARTITION
    ),
    "ops_partitionarchive_moves": Rule("ops.view_partitionarchive", arguments=FLAT),
    **{
        f"ops_partitionarchive_move_{step}": Rule(
            "ops.change_partitionarchive", post_only=True, arguments=FLAT
        )
        for step in ("order", "refused")
    },
    # One of the question bank; each role has others of its own.
    "ops_exportfile_export": Rule(
        "ops.export_bank_exportfile", arguments={"name": "questions"}, own="ops.view_exportfile"
    ),
    "ops_exportfile_file": Rule("ops.export_bank_exportfile", granted=410),
    "ops_exportfile_download": Rule("ops.export_bank_exportfile", post_only=True),
    "ops_exportfile_remove": Rule("ops.delete_exportfile", post_only=True),
    "ops_partitionarchive_order": Rule("ops.change_partitionarchive", arguments=PARTITION),
    "assessments_publicprofile_queue": Rule("assessments.moderate_publicprofile"),
    "assessments_publicprofile_queue_item": Rule("assessments.moderate_publicprofile"),
    **{
        f"assessments_publicprofile_queue_{verb}": Rule(
            "assessments.moderate_publicprofile", post_only=True
        )
        for verb in ("next", "undo", "claim", "release", "stay", "decide")
    },
    "assessments_publicprofile_csv": Rule("assessments.export_publicprofile", post_only=True),
    "assessments_publicprofile_undo": Rule("assessments.moderate_publicprofile", post_only=True),
    "assessments_publicprofile_decide": Rule("assessments.moderate_publicprofile", post_only=True),
    "assessments_publicprofile_batches": Rule("assessments.view_publicprofile"),
    "assessments_publicprofile_batch": Rule(
        "assessments.view_publicprofile", granted=404, arguments={"batch": str(UUID(int=0))}
    ),
    "assessments_publicprofile_batch_undo": Rule(
        "assessments.moderate_publicprofile",
        post_only=True,
        arguments={"batch": str(UUID(int=0))},
    ),
    "quizbank_question_preview": Rule("quizbank.view_question", post_only=True),
    "quizbank_question_revisions": Rule("quizbank.view_question"),
    "quizbank_question_restore": Rule("quizbank.change_question", post_only=True),
    "quizbank_question_compute": Rule("quizbank.compute_itemstatistic", post_only=True),
    "quizbank_examstatistic_compute": Rule("quizbank.compute_itemstatistic", post_only=True),
    "quizbank_examstatistic_csv": Rule("quizbank.view_examstatistic", post_only=True),
    "assessments_member_export": Rule("assessments.export_member", post_only=True),
    "ops_historyentry_deleted": Rule("ops.view_historyentry"),
    "assessments_leaderboardrow_board": Rule(BOARDS, arguments={"name": "technical"}),
    "assessments_leaderboardrow_state": Rule(BOARDS),
    "assessments_leaderboardrow_refresh": Rule(BOARDS, post_only=True),
    "assessments_leaderboardrow_check": Rule("assessments.check_leaderboardrow", post_only=True),
    "assessments_leaderboardrow_export": Rule(
        "assessments.export_leaderboardrow", post_only=True, arguments={"name": "technical"}
    ),
    "quizbank_practicestanding_changelist": Rule(BOARDS),
    "quizbank_practicestanding_export": Rule("assessments.export_leaderboardrow", post_only=True),
    "quizbank_problemreport_decide": Rule("quizbank.change_problemreport", post_only=True),
    "quizbank_questionsimilarity_compare": Rule(
        "quizbank.compare_questionsimilarity", post_only=True
    ),
    "quizbank_questionsimilarity_step": Rule(
        "quizbank.change_questionsimilarity", post_only=True, arguments={"step": "merge"}
    ),
    **{
        f"flavors_flavorwheel_{page}": Rule("flavors.view_flavorwheel")
        for page in ("look", "compare")
    },
    **{
        f"flavors_flavorwheel_{page}": Rule("flavors.view_flavorwheel", arguments={"kind": "json"})
        for page in ("file", "saved_file")
    },
    "flavors_flavorwheel_save": Rule("flavors.add_flavorwheel", post_only=True),
    "flavors_flavorwheel_again": Rule("flavors.change_flavorwheel", post_only=True),
    "flavors_flavorwheel_regenerate": Rule("flavors.change_flavorwheel"),
    "flavors_flavorwheel_statistics": Rule("flavors.view_descriptor"),
    "flavors_term_delete": Rule(NOBODY),
    "flavors_term_suggest": Rule("flavors.view_term"),
    "flavors_term_batches": Rule("flavors.view_term"),
    "flavors_term_batch": Rule("flavors.view_term", granted=404, arguments={"batch": "1"}),
    "flavors_term_batch_undo": Rule(
        "flavors.change_term", post_only=True, arguments={"batch": "1"}
    ),
    "flavors_termsimilarity_compare": Rule("flavors.compare_termsimilarity", post_only=True),
    "flavors_termsimilarity_step": Rule(
        "flavors.change_termsimilarity", post_only=True, arguments={"step": "merge"}
    ),
    "quizbank_importbatch_add": Rule("quizbank.import_question"),
    "quizbank_importbatch_delete": Rule(NOBODY),
    "quizbank_importbatch_confirm": Rule("quizbank.import_question", post_only=True),
    "quizbank_importbatch_discard": Rule("quizbank.import_question", post_only=True),
    "quizbank_importbatch_undo": Rule("quizbank.import_question", post_only=True),
}


@cache
def rule_of(screen: Screen) -> Rule:
    if screen.name in DECLARED:
        return DECLARED[screen.name]
    assert screen.model is not None, undeclared(screen)
    app, model = screen.model._meta.app_label, screen.model._meta.model_name
    view, change = f"{app}.view_{model}", f"{app}.change_{model}"
    standard = {
        "changelist": Rule((view, change)),
        "change": Rule((view, change)),
        "history": Rule((view, change)),
        "add": Rule(f"{app}.add_{model}"),
        "delete": Rule(f"{app}.delete_{model}"),
        # Without an entry it sends back to the history.
        "revert": Rule(change, granted=302),
        "redirect": Rule(STAFF, granted=302),
    }
    kind = screen.name.removeprefix(f"{app}_{model}_")
    assert kind in standard, undeclared(screen)
    return standard[kind]


def undeclared(screen: Screen) -> str:
    return f"Declare who may open {screen.name!r} in DECLARED of tests/test_permissions.py."


held_by = cache(codenames)


def may(visitor: str, rule: Rule) -> bool:
    wanted = (rule.permission,) if isinstance(rule.permission, str) else rule.permission
    if visitor in STRANGERS:
        return EVERYBODY in wanted
    if visitor == "superuser" or {STAFF, EVERYBODY} & set(wanted):
        return NOBODY not in wanted
    held = held_by(visitor) if visitor != "groupless" else set()
    return bool(held & {tuple(each.split(".")) for each in wanted})


def test_every_action_names_its_permission() -> None:
    kinds = ("list", "detail", "row", "submit_line")
    careless = []
    for model_admin in admin.site._registry.values():
        functions = [function for function, _, _ in model_admin._get_base_actions()]
        for kind in kinds:
            described = getattr(model_admin, f"_get_base_actions_{kind}", list)()
            functions += [action.method for action in described]
        careless += [
            f"{type(model_admin).__name__}.{function.__name__}"
            for function in functions
            if not getattr(function, "allowed_permissions", None)
        ]

    assert careless == []


def test_every_declared_address_exists() -> None:
    assert set(DECLARED) - {screen.name for screen in screens()} == set()
