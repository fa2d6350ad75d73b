/**
 * Checks that a page, its script, its words and its styles are from one build. During an
 * upgrade, or from its cache, a browser may load parts of two. The server writes
 * the build into each part.
 */

/** Returns the builds of the parts, without parts that name none. */
function builds(): ReadonlySet<string> {
  const root = document.documentElement;
  const { hubbubBuild, hubbubWordsBuild } = globalThis as {
    hubbubBuild?: string;
    hubbubWordsBuild?: string;
  };
  const style = getComputedStyle(root).getPropertyValue("--build");
  return new Set(
    [
      root.dataset.build,
      hubbubBuild,
      hubbubWordsBuild,
      style.replace(/["\s]/g, ""),
    ]
      .filter((build) => build !== undefined && build !== ""),
  ) as ReadonlySet<string>;
}

/**
 * Reloads a page of two builds, once for each such pair.
 *
 * @param key Key of the session storage that records the reload.
 * @returns `fits`, `reloading`, or `mixed` if a reload did not help.
 */
export function checkBuild(key: string): "fits" | "reloading" | "mixed" {
  const found = builds();
  if (found.size < 2) return "fits";
  const mix = [...found].join();
  try {
    if (sessionStorage.getItem(key) === mix) return "mixed";
    sessionStorage.setItem(key, mix);
  } catch {
    // Without storage it could reload forever.
    return "mixed";
  }
  location.reload();
  return "reloading";
}
