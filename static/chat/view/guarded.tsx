/** A part of the page that may fail to be drawn: then something simpler stands
 * in its place, and all around it goes on. */

import { Component, type ComponentChildren } from "preact";

interface Props {
  readonly children: ComponentChildren;
  /** What is drawn instead; cannot fail. */
  readonly instead: ComponentChildren;
}

/** Keeps a fault where it is. */
export class Guarded extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    console.error("A part of the page could not be drawn", error);
    this.setState({ failed: true });
  }

  render({ children, instead }: Props, { failed }: { failed: boolean }) {
    return failed ? instead : children;
  }
}
