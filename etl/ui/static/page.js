// What the pages do beyond being read. All of them can be read without it, and nothing here runs what a page says.
"use strict";

// Airflow keeps the colours that somebody chose; without a choice those of the system hold.
const dress = () => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // no storage, no choice
  }
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  } else {
    delete document.documentElement.dataset.theme;
  }
};
dress();
addEventListener("storage", dress);

// Airflow shows the pages in a frame that may neither leave itself nor open windows. A link out of it is therefore
// followed by the document around it, which has the same origin.
const leave = (event) => {
  const link = event.target.closest("a[target]");
  if (link === null || window.parent === window || event.button !== 0) {
    return;
  }
  event.preventDefault();
  const outside = window.parent.document;
  const twin = outside.createElement("a");
  twin.href = link.href;
  twin.target = link.target === "_blank" || event.ctrlKey || event.metaKey ? "_blank" : "_self";
  twin.rel = "noopener noreferrer";
  outside.body.append(twin);
  twin.click();
  twin.remove();
};

const copy = async (button) => {
  const shown = document.getElementById(button.dataset.copy);
  const words = button.firstChild;
  try {
    await navigator.clipboard.writeText(shown.textContent);
    words.data = "Copied";
  } catch {
    getSelection().selectAllChildren(shown);
    words.data = document.execCommand("copy") ? "Copied" : "Selected";
  }
  setTimeout(() => {
    words.data = "Copy";
  }, 2000);
};

const REFUSALS = {
  401: "You are not logged in any more: load the page again.",
  403: "You may look, but not start runs: ask somebody who may.",
  404: "Airflow does not know this DAG: is the folder dags/ in place, and has Airflow read it?",
};

// A run is asked for from Airflow's own public API, with the login and the rights of whoever presses the button.
const start = async (form) => {
  const dag = form.dataset.dag;
  const button = form.querySelector("button");
  const status = form.querySelector("[role=status]");
  button.disabled = true;
  status.textContent = "Asking Airflow …";
  try {
    const answer = await fetch(`../api/v2/dags/${encodeURIComponent(dag)}/dagRuns`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ logical_date: null, conf: JSON.parse(form.dataset.conf) }),
    });
    if (!answer.ok) {
      throw new Error(REFUSALS[answer.status] ?? `Airflow refused it (status ${answer.status}).`);
    }
    const run = await answer.json();
    const link = document.createElement("a");
    link.href = `../dags/${encodeURIComponent(dag)}/runs/${encodeURIComponent(run.dag_run_id)}`;
    link.target = "_top";
    link.textContent = run.dag_run_id;
    status.replaceChildren("Started: ", link);
  } catch (error) {
    status.textContent = error instanceof TypeError ? "Airflow does not answer." : error.message;
  }
  button.disabled = false;
};

document.addEventListener("DOMContentLoaded", () => {
  document.documentElement.classList.add("js");
  document.addEventListener("click", (event) => {
    leave(event);
    const button = event.target.closest("button.copy");
    if (button !== null) {
      copy(button);
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form.starts")) {
      event.preventDefault();
      start(event.target);
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".tools select, .tools input[type=date], .tools input[type=checkbox]")) {
      event.target.form.requestSubmit();
    }
  });
});
