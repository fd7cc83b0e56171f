/** Light, dark, or as the system has it. Runs before the page is shown, so that it does not flash. */
const KEY = "gkt.theme";
const NAMES = { system: "Auto", light: "Light", dark: "Dark" };

function stored() {
  try {
    return localStorage.getItem(KEY) in NAMES ? localStorage.getItem(KEY) : "system";
  } catch {
    return "system";
  }
}

let theme = stored();
document.documentElement.dataset.theme = theme;

/** Makes a button switch the theme. */
export function bindTheme(button) {
  const show = () => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `◐ ${NAMES[theme]}`;
    button.setAttribute("aria-label", `Theme: ${NAMES[theme]}`);
  };
  button.addEventListener("click", () => {
    const names = Object.keys(NAMES);
    theme = names[(names.indexOf(theme) + 1) % names.length];
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Not saved, then.
    }
    show();
  });
  show();
}
