// Takes what Imgur put into the address, clears the address bar, and posts it to this same page. Where there is nothing
// to take, as after Back or a reload, goes on to the last page if the browser has come that far.
"use strict";

(() => {
  const query = new URLSearchParams(location.search);
  const fragment = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);

  const found = {
    state: fragment.get("state") ?? query.get("state"),
    refresh_token: fragment.get("refresh_token"),
    code: query.get("code"),
    error: fragment.get("error"),
  };
  const arrived = Boolean(found.refresh_token || found.code || found.error);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  const last = document.getElementById("last");
  if (last && !arrived) {
    location.replace(last.href);
    return;
  }
  document.getElementById(arrived ? "waiting" : "nothing").hidden = false;
  if (!arrived) {
    return;
  }
  const form = document.getElementById("callback");
  for (const [name, value] of Object.entries(found)) {
    form.elements[name].value = value ?? "";
  }
  form.submit();
})();
