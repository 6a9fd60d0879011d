"""Who may do what: the one matrix, synchronised into Django's groups after each migrate."""

from __future__ import annotations

from typing import Any

from django.apps import apps

OWN = ("view_own",)
VIEW = ("view",)
EDIT = ("view", "add", "change", "delete")
PUBLISH = (*EDIT, "publish", "import", "export")

BANK = (
    "quizbank.exam",
    "quizbank.subject",
    "quizbank.category",
    "quizbank.choice",
    "quizbank.questionexam",
    "quizbank.questioncategory",
    "quizbank.lightningquestion",
)
# Terms are never deleted.
LEXICON = ("flavors.flavorcategory", "flavors.term")
TASTINGS = ("flavors.descriptor", "flavors.flavorwheel")
MEMBERS = (
    "assessments.member",
    "assessments.assessmentsession",
    "assessments.publicprofile",
    "assessments.profileevent",
)
LEARNING = (
    "quizbank.anyquizsession",
    "quizbank.answer",
    "quizbank.answerssetaside",
    "quizbank.studysession",
    "quizbank.userinteraction",
    "quizbank.interactionsummary",
)
MODERATION = ("assessments.moderationreason", "assessments.badge", "assessments.reservedword")
# Who may export what: the own area, and whether with personal data.
EXPORT_BANK = ("view", "export_bank", "export_flavors")
EXPORT_ALL = (*EXPORT_BANK, "export_members", "export_operations")
FLAGS = ("waffle.flag", "waffle.switch", "waffle.sample")
SCHEMA = ("ops.schemaexpectation", "ops.appliedmigration")
LOGINS = ("axes.accessattempt", "axes.accessfailurelog", "axes.accesslog")

# group → model → verbs; what is not named is not allowed.
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "content": {
        "ops.historyentry": VIEW,
        **dict.fromkeys(LEARNING, VIEW),
        **dict.fromkeys(BANK, EDIT),
        "quizbank.question": PUBLISH,
        "quizbank.questionrevision": VIEW,
        "quizbank.importbatch": EDIT,
        "quizbank.problemreport": ("view", "change"),
        "quizbank.questionsimilarity": ("view", "change", "compare"),
        "ops.run": OWN,
        "ops.auditentry": OWN,
        "ops.exportfile": (*EXPORT_BANK, "export_personal"),
        "quizbank.categorystatistic": VIEW,
        "quizbank.itemstatistic": (*VIEW, "compute"),
        "quizbank.examstatistic": VIEW,
        "quizbank.questionpool": (*VIEW, "rebuild"),
        "assessments.leaderboardrow": VIEW,
        "flavors.flavorcategory": EDIT,
        "flavors.term": ("view", "add", "change"),
        "flavors.termsimilarity": ("view", "change", "compare"),
        **dict.fromkeys(TASTINGS, EDIT),
        "flavors.descriptorimport": EDIT,
        "flavors.categoryimport": EDIT,
    },
    "moderators": {
        "ops.historyentry": VIEW,
        **dict.fromkeys(BANK, VIEW),
        "quizbank.question": VIEW,
        "quizbank.questionrevision": VIEW,
        **dict.fromkeys((*LEXICON, *MEMBERS), VIEW),
        "quizbank.userprogress": VIEW,
        "assessments.publicprofile": (*VIEW, "moderate", "export"),
        **dict.fromkeys(MODERATION, EDIT),
        "assessments.leaderboardrow": (*VIEW, "check", "export", "export_personal"),
        "ops.run": OWN,
        "ops.auditentry": OWN,
        "ops.exportfile": ("view", "export_members", "export_personal"),
    },
    "ops": {
        "ops.historyentry": VIEW,
        **dict.fromkeys(LEARNING, VIEW),
        **dict.fromkeys(BANK, VIEW),
        "quizbank.answerssetaside": ("view", "change"),
        "quizbank.question": (*VIEW, "export"),
        "quizbank.questionrevision": VIEW,
        "quizbank.importbatch": VIEW,
        "flavors.descriptorimport": VIEW,
        "flavors.categoryimport": VIEW,
        "quizbank.problemreport": VIEW,
        "quizbank.questionsimilarity": ("compare",),
        "flavors.termsimilarity": ("compare",),
        "quizbank.categorystatistic": VIEW,
        "quizbank.itemstatistic": (*VIEW, "compute"),
        "quizbank.examstatistic": VIEW,
        "quizbank.questionpool": VIEW,
        **dict.fromkeys((*MEMBERS, *MODERATION, *LEXICON, *TASTINGS), VIEW),
        "quizbank.userprogress": VIEW,
        "assessments.member": (*VIEW, "erase", "export"),
        "assessments.publicprofile": (*VIEW, "export"),
        "assessments.leaderboardrow": (*VIEW, "check", "export", "export_personal"),
        "ops.viewstatus": (*VIEW, "refresh"),
        "ops.performancesnapshot": (*VIEW, "signal"),
        "ops.alert": ("view", "change"),
        "ops.alertthreshold": ("view", "change"),
        "ops.partitionarchive": ("view", "change"),
        "ops.backup": ("view", "change"),
        "ops.cachestate": ("view", "change"),
        **dict.fromkeys(LOGINS, VIEW),
        "ops.run": (*OWN, "view", "change"),
        "ops.auditentry": (*OWN, *VIEW),
        "ops.exportfile": (*EXPORT_ALL, "export_personal", "delete"),
        "ops.schedulestate": ("view", "change"),
        **dict.fromkeys(FLAGS, EDIT),
        **dict.fromkeys(SCHEMA, VIEW),
    },
    "analysts": {
        "ops.historyentry": VIEW,
        **dict.fromkeys(LEARNING, VIEW),
        **dict.fromkeys(BANK, VIEW),
        "quizbank.question": (*VIEW, "export"),
        "quizbank.questionrevision": VIEW,
        **dict.fromkeys((*MEMBERS, *MODERATION, *LEXICON, *TASTINGS), VIEW),
        "quizbank.userprogress": VIEW,
        "assessments.leaderboardrow": (*VIEW, "export"),
        "ops.run": (*OWN, *VIEW),
        "quizbank.categorystatistic": VIEW,
        "quizbank.itemstatistic": VIEW,
        "quizbank.examstatistic": VIEW,
        "quizbank.questionpool": VIEW,
        "ops.viewstatus": VIEW,
        "ops.performancesnapshot": VIEW,
        "ops.alert": VIEW,
        "ops.alertthreshold": VIEW,
        "ops.partitionarchive": VIEW,
        "ops.exportfile": EXPORT_ALL,
        "ops.backup": VIEW,
        "ops.cachestate": VIEW,
        "ops.schedulestate": VIEW,
        **dict.fromkeys((*SCHEMA, *FLAGS), VIEW),
    },
}


def codenames(role: str) -> set[tuple[str, str]]:
    """(app label, codename) of every permission that the role has."""
    return {
        (label.split(".")[0], f"{verb}_{label.split('.')[1]}")
        for label, verbs in ROLES[role].items()
        for verb in verbs
    }


def synchronise_after_migrate(*, sender: Any, **_: Any) -> None:
    """Runs once a migrate, after the last app has made its permissions."""
    if sender.label == [config.label for config in apps.get_app_configs()][-1]:
        synchronise()


def synchronise() -> None:
    from django.contrib.auth.models import Group, Permission

    known = {
        (permission.content_type.app_label, permission.codename): permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set([known[key] for key in codenames(role) if key in known])
