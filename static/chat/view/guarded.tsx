/** An error boundary: if rendering a part of the page throws, a simpler part
 * replaces it, and the rest of the page keeps working. */

import { Component, type ComponentChildren } from "preact";

interface Props {
  readonly children: ComponentChildren;
  /** Rendered instead; must not throw. */
  readonly instead: ComponentChildren;
}

/** Contains errors of its children. */
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
