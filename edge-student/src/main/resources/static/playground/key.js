/** The API key that requests carry: kept for this tab, or for this browser where that is wished. */
const KEY = "gkt.api-key";

/** Browsers may refuse either store. */
function tryWith(store, action) {
  try {
    return action(store());
  } catch {
    return null;
  }
}

const forTab = (action) => tryWith(() => sessionStorage, action);
const forBrowser = (action) => tryWith(() => localStorage, action);
const read = (store) => store.getItem(KEY);

let key = forTab(read) ?? forBrowser(read) ?? "";

/** @returns {string} empty if there is none */
export const apiKey = () => key;

/** @returns {boolean} whether it outlives this tab */
export const isRemembered = () => forBrowser(read) !== null;

/** Replaces the key; an empty one is forgotten everywhere. */
export function keepApiKey(value, remember) {
  key = value;
  forTab((store) => store.removeItem(KEY));
  forBrowser((store) => store.removeItem(KEY));
  if (key !== "") (remember ? forBrowser : forTab)((store) => store.setItem(KEY, key));
}
