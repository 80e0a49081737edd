// What the pages of the desk get beside app.ts.

import { listenForKeys } from "./keys";
import { rememberRow } from "./rows";

listenForKeys();
rememberRow();
