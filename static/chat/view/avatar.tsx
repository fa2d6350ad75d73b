/** A person's initial in their colour. */

import { hue, initial } from "../model/person_colors.ts";

/** Decoration: the name stands beside it. */
export function Avatar({ name }: { name: string }) {
  return (
    <span class="badge" aria-hidden="true" style={{ "--hue": hue(name) }}>
      {initial(name)}
    </span>
  );
}
