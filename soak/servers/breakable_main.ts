/** The server, with parts that a soak can break. */

import "./breakable_parts.ts";
import "../../main.ts";
