// What every page gets. Each island makes a page that already works a little quicker.

import htmx from "htmx.org";

import { showWholeChips } from "./chips";
import { closeMenus } from "./menus";
import { copyOnClick } from "./copy";
import { followAnswers } from "./follow";
import { dressNumbers } from "./inputs";
import { followWhatChanges } from "./live";
import { guardForms } from "./forms";
import { tellWhenLeft } from "./leave";
import { offerPasskeys } from "./passkeys";
import { switchTheme } from "./theme";

// The policy of our pages forbids eval and inline styles, so htmx is told to need neither.
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages hold personal data: none of it in the browser's storage
htmx.config.defaultSwapStyle = "outerHTML";
htmx.config.attributesToSettle = ["class", "width", "height"]; // an inline style would be refused

document.documentElement.dataset.script = "yes";

closeMenus();
showWholeChips();
copyOnClick();
dressNumbers();
followWhatChanges();
followAnswers();
guardForms();
offerPasskeys();
switchTheme();
tellWhenLeft();
