/** Where Postern itself lies: beside `src` in a checkout, beside `dist` when installed. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))
/** Of source files here: in a checkout they run as they are. */
export const EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

/** `src` of a checkout, `dist` when installed. */
export function sourceDirectory(): string {
  return fileURLToPath(new URL('..', import.meta.url))
}

export function packageFile(name: string): string {
  return join(PACKAGE, name)
}
