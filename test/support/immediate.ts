/** Lets everything else that is ready have its turn; no time passes. */
export async function immediate(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
