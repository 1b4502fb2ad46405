// Starts the small modules that every page shares. Each looks for its own data- attributes.
import "./time.js";
import "./choices.js";
import "./copy.js";
import "./menus.js";
import "./palette.js";
import "./keys.js";
import "./print.js";
import "./live.js";
import "./selection.js";
import "./confirm.js";
import "./drawn.js";
import "./neighbours.js";
