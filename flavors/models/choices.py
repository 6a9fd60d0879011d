"""The enumerations of the flavors."""

from __future__ import annotations

from django.db import models


class SourceType(models.TextChoices):
    QUICK_TASTING = "quick_tasting", "Quick tasting"
    QUICK_REVIEW = "quick_review", "Quick review"
    PROSE_REVIEW = "prose_review", "Prose review"
    STUDY_SESSION = "study_session", "Study session"


class DescriptorType(models.TextChoices):
    AROMA = "aroma", "Aroma"
    FLAVOR = "flavor", "Flavor"
    TEXTURE = "texture", "Texture"
    DEFECT = "defect", "Defect"
    METAPHOR = "metaphor", "Metaphor"
    MOUTHFEEL = "mouthfeel", "Mouthfeel"


class TermStatus(models.TextChoices):
    SUGGESTED = "suggested", "Suggested"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class CategoryKind(models.TextChoices):
    FLAVOR = "flavor", "Flavor"
    METAPHOR = "metaphor", "Metaphor"


class WheelType(models.TextChoices):
    AROMA = "aroma", "Aroma"
    FLAVOR = "flavor", "Flavor"
    COMBINED = "combined", "Combined"
    METAPHOR = "metaphor", "Metaphor"


class WheelScope(models.TextChoices):
    PERSONAL = "personal", "Of a member"
    UNIVERSAL = "universal", "Of everybody"
    ITEM = "item", "Of an item"
    CATEGORY = "category", "Of a category"
    TASTING = "tasting", "Of a tasting"
