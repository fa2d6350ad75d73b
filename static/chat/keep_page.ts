/** Has the browser keep the page: what is kept, and when it is used, is
 * ../service_worker.ts's. */

import { BASE } from "../base_path.ts";

/** Keeps the page where it is secure; elsewhere it works as well. */
export async function keepPage(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(
      `${BASE}service-worker.js`,
    );
    // By themselves browsers look for another one when they find the time.
    await registration.update();
  } catch {
    // Without the server there is nothing newer. What is kept stays.
  }
}
