/**
 * Whether a page, its script and its styles are of one build. While a server is
 * upgraded, or from what a browser keeps, a page may get parts of two, which fit
 * badly. The server writes the build into each.
 */

/** The builds of the parts; those of a part that does not say are left out. */
function builds(): ReadonlySet<string> {
  const root = document.documentElement;
  const { hubbubBuild } = globalThis as { hubbubBuild?: string };
  const style = getComputedStyle(root).getPropertyValue("--build");
  return new Set(
    [root.dataset.build, hubbubBuild, style.replace(/["\s]/g, "")]
      .filter((build) => build !== undefined && build !== ""),
  ) as ReadonlySet<string>;
}

/** What a page of two builds says when to load it again did not help. */
export const MIXED_WORDS =
  "This page was updated while it was loading. Reload it";

/**
 * Loads a page of two builds again, once for each such pair.
 *
 * @param key Under which the tab remembers that it did.
 * @returns `fits`, `reloading`, or `mixed` where that did not help.
 */
export function checkBuild(key: string): "fits" | "reloading" | "mixed" {
  const found = builds();
  if (found.size < 2) return "fits";
  const mix = [...found].join();
  try {
    if (sessionStorage.getItem(key) === mix) return "mixed";
    sessionStorage.setItem(key, mix);
  } catch {
    // Where nothing is remembered it could go on for ever.
    return "mixed";
  }
  location.reload();
  return "reloading";
}
