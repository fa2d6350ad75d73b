/** Prometheus' text format, read as a scraper reads it. */

/** Reads samples: `name{labels}` to value. */
export async function scrape(url: string): Promise<Map<string, number>> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  const samples = new Map<string, number>();
  for (const line of text.trimEnd().split("\n")) {
    if (/^# (HELP|TYPE) [a-z_]+ \S/.test(line)) continue;
    const [, name = "", value] = /^(\w+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
    if (name === "" || Number.isNaN(Number(value))) {
      throw new Error(`No sample: "${line}"`);
    }
    samples.set(name, Number(value));
  }
  return samples;
}

/** The names of the metrics of an answer, without what histograms add. */
export function metricNames(text: string): string[] {
  return Array.from(
    text.matchAll(/^# TYPE (\S+)/gm),
    ([, name = ""]) => name,
  ).sort();
}
