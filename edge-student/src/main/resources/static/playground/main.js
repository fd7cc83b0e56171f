import { announce, byId } from "./dom.js";
import { bindTheme } from "./theme.js";
import { Access } from "./access.js";
import { Chat } from "./chat.js";
import { Comparison } from "./compare.js";
import { Controls } from "./controls.js";
import { Edge } from "./edge.js";
import { Exchange } from "./exchange.js";
import { Settings } from "./settings.js";

/** Answers of the demonstration pair are some 36 tokens long: this covers the plan and not the result. */
const DEMO_GUIDANCE_TOKENS = 16;

const settings = new Settings();
const controls = new Controls(byId("settings-form"), settings);
const access = new Access(byId("settings-form"), () => showSettings(true));
const edge = new Edge(access);
const exchange = new Exchange(edge, controls, access);
const chat = new Chat(exchange, settings);
const comparison = new Comparison(exchange, settings);

bindTheme(byId("theme"));

edge.onFacts(({ demo, guidance, sampling }) => {
  byId("demo-note").hidden = !demo;
  controls.showDefault("guidance.mode", guidance.mode);
  if (demo && guidance.max_tokens > DEMO_GUIDANCE_TOKENS) settings.suggest("guidance.max_tokens", DEMO_GUIDANCE_TOKENS);
  controls.showDefault("guidance.max_tokens", settings.value("guidance.max_tokens") ?? guidance.max_tokens);
  controls.showDefault("guidance.timeout_ms", guidance.timeout_ms);
  for (const [name, value] of Object.entries(sampling)) controls.showDefault(name, value);
});
edge.look();

/** Which view the address names. */
function showView() {
  const compare = location.hash === "#compare";
  byId("view-chat").hidden = compare;
  byId("view-compare").hidden = !compare;
  document.querySelectorAll(".tabs a").forEach((link) => {
    if ((link.hash === "#compare") === compare) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
}
addEventListener("hashchange", showView);
showView();

/** The settings stand beside the views where there is room, and over them where there is not. */
const panel = byId("settings");
const toggle = byId("settings-toggle");
const roomy = matchMedia("(min-width: 1000px)");

function showSettings(open) {
  if (panel.open) panel.close();
  if (open && roomy.matches) panel.open = true;
  else if (open) panel.showModal();
  toggle.setAttribute("aria-expanded", String(open));
}
toggle.addEventListener("click", () => showSettings(!panel.open));
byId("settings-close").addEventListener("click", () => {
  showSettings(false);
  toggle.focus();
});
panel.addEventListener("close", () => toggle.setAttribute("aria-expanded", String(panel.open)));
roomy.addEventListener("change", () => showSettings(roomy.matches));
showSettings(roomy.matches);

byId("settings-reset").addEventListener("click", () => {
  controls.reset();
  announce("Settings reset.");
});

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !panel.matches(":modal")) {
    chat.stop();
    comparison.stop();
  }
});
if (roomy.matches) byId("question").focus();
