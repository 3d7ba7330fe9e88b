/** A password of our own, on the first line of a file that rules name instead of holding it. */
import { readFile } from 'node:fs/promises'
import { BackendFault } from './login.ts'

export async function firstLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new BackendFault(`${path} cannot be read`, { cause: error })
  })
  const [password = ''] = text.split(/\r?\n/, 1)
  if (password === '') throw new BackendFault(`${path} begins with an empty line`)
  return password
}
