/**
 * Renders `GET /metrics` in Prometheus' text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Defines the
 * metric names; docs/operating.md explains them.
 *
 * Does not use `prom-client`: the counters are plain numbers, so a library
 * would only replace this file.
 */

import type { LedgerSnapshot } from "../runtime/resource_ledger.ts";
import type { Histogram, Stats, Tally } from "../runtime/stats.ts";

/** Values read on request rather than counted. */
export interface Gauges {
  /** Open WebSockets in rooms. */
  readonly connections: number;
  /** Open streams of server-sent events. */
  readonly streams: number;
  readonly sessions: number;
  readonly rooms: number;
  readonly members: number;
  /** Messages not yet sent to the slowest member. */
  readonly lag: number;
  /** Closed sockets whose peers have not answered. */
  readonly stuck: number;
  /** Whether messages can be stored. */
  readonly healthy: boolean;
  /** Whether this node reaches the fleet and holds its lease. */
  readonly inFleet: boolean;
  /** Number of live nodes. */
  readonly nodes: number;
  /** Whether stored data outlives the process. */
  readonly lasts: boolean;
  /** Bytes of memory the process holds. */
  readonly memory: number;
  /** Open resources, and bytes held for clients. */
  readonly ledger: LedgerSnapshot;
  /** Log lines that could not be written. */
  readonly logDropped: number;
}

/** Labels without braces, and the value. */
type Sample = readonly [labels: string, value: number];

function labelled(label: string, counts: Iterable<[string, number]>): Sample[] {
  return Array.from(
    counts,
    ([word, count]) => [`${label}=${JSON.stringify(word)}`, count],
  );
}

function tallied(label: string, { counts }: Tally): Sample[] {
  return labelled(label, counts);
}

/** The lines of one metric. */
function metric(
  name: string,
  { type, help, samples }: {
    type: "gauge" | "counter";
    help: string;
    samples: number | readonly Sample[];
  },
): string {
  const all: readonly Sample[] = typeof samples === "number"
    ? [["", samples]]
    : samples;
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...all.map(([labels, value]) =>
      `${name}${labels && `{${labels}}`} ${value}`
    ),
  ].join("\n");
}

/** Renders a histogram with cumulative buckets. */
function histogram(name: string, help: string, values: Histogram): string {
  let below = 0;
  const buckets = values.bounds.map((bound, index) => {
    below += values.counts[index] ?? 0;
    return `${name}_bucket{le="${bound}"} ${below}`;
  });
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...buckets,
    `${name}_bucket{le="+Inf"} ${values.count}`,
    `${name}_sum ${values.sum}`,
    `${name}_count ${values.count}`,
  ].join("\n");
}

/**
 * Renders all metrics.
 *
 * @param stats The counters.
 * @param gauges The current values.
 */
export function renderMetrics(stats: Stats, gauges: Gauges): string {
  const gauge = (
    name: string,
    help: string,
    samples: number | readonly Sample[],
  ) => metric(`hubbub_${name}`, { type: "gauge", help, samples });
  const { open, held } = gauges.ledger;
  const counter = (
    name: string,
    help: string,
    samples: number | readonly Sample[],
  ) => metric(`hubbub_${name}_total`, { type: "counter", help, samples });
  const sizes = (name: string, help: string, values: Histogram) =>
    histogram(`hubbub_${name}`, help, values);
  return [
    gauge("connections", "Open WebSockets in rooms", gauges.connections),
    gauge("event_streams", "Open streams of events", gauges.streams),
    gauge("sessions", "Sessions, in their grace too", gauges.sessions),
    gauge("rooms", "Rooms that are open", gauges.rooms),
    gauge("members", "Members of all rooms", gauges.members),
    gauge("lag_messages", "Messages the slowest lacks", gauges.lag),
    gauge("stuck_sockets", "Closed and not answered", gauges.stuck),
    gauge("store_up", "1 if messages can be stored", Number(gauges.healthy)),
    gauge("store_lasts", "1 if they outlive the process", Number(gauges.lasts)),
    gauge("fleet_up", "1 if the node is in its fleet", Number(gauges.inFleet)),
    gauge("nodes", "Nodes that live, this one too", gauges.nodes),
    gauge("memory_bytes", "Resident memory", gauges.memory),
    gauge("open", "What is open", labelled("kind", Object.entries(open))),
    gauge(
      "held_bytes",
      "Bytes held for clients",
      labelled("kind", Object.entries(held)),
    ),
    counter("messages", "Messages stored", stats.messages),
    counter("deliveries", "Messages times members", stats.deliveries),
    counter(
      "evictions",
      "Connections closed by the server",
      tallied("reason", stats.evictions),
    ),
    counter(
      "resumes",
      "Joins with a cursor",
      labelled("recovered", Object.entries(stats.resumes)),
    ),
    counter("refused", "Errors told", tallied("code", stats.refused)),
    counter("log_lines_dropped", "Log lines not written", gauges.logDropped),
    sizes("tick_messages", "Messages of a tick", stats.tickSize),
    sizes("tick_seconds", "From a tick's first message on", stats.tickTime),
    sizes("append_seconds", "Storing a tick", stats.appendTime),
    sizes("loop_delay_seconds", "Lateness of a timer", stats.loopDelay),
    "",
  ].join("\n");
}
