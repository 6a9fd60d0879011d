"use strict";
// In the theme's place, which answers a frame: tell the window that opened this one, and close.
{
  const { action, value, obj, new_value } = JSON.parse(
    document.getElementById("django-admin-popup-response-constants").dataset.popupResponse,
  );
  if (action === "change") opener.dismissChangeRelatedObjectPopup(window, value, obj, new_value);
  else if (action === "delete") opener.dismissDeleteRelatedObjectPopup(window, value);
  else opener.dismissAddRelatedObjectPopup(window, value, obj);
}
