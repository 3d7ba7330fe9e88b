/**
 * Findings that were there at an earlier revision: who is asked to read a change has no use for them.
 *
 * The same finding has the same code, file, hook, rule and words; where it stands does not count. Everything is looked at
 * twice, since a line that did not change may be wrong for one that did.
 */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Diagnostic } from '../../language/diagnostic.ts'
import { openRevision, type Revision } from '../base-site.ts'
import { type Checked, checkFiles } from './check-files.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { findYaml, shown, someDirectory } from '../find-files.ts'

/** `paths` as the user gave them; findings in what git does not know are new. Throws a CommandError. */
export async function withoutEarlier(checked: Checked, revision: string, paths: readonly string[]): Promise<Checked> {
  const base = await openRevision(revision, process.cwd())
  if (!base) throw new CommandError(`git knows no revision ${revision} of ${process.cwd()}`, EXIT.usage)
  try {
    const earlier = countOf((await checkAt(base, paths)).map((one) => keyOf(one, base.movedBack)))
    return {
      ...checked,
      diagnostics: checked.diagnostics.filter(
        (one) =>
          !takeOne(
            earlier,
            keyOf(one, (path) => path),
          ),
      ),
    }
  } finally {
    await base.close()
  }
}

async function checkAt({ moved }: Revision, paths: readonly string[]): Promise<readonly Diagnostic[]> {
  const there: string[] = []
  for (const path of paths.map((one) => moved(resolve(one))))
    if (await stat(path).catch(() => undefined)) there.push(path)
  const isWhole = await someDirectory(there)
  return (await checkFiles(await findYaml(there), () => undefined, { isWhole })).diagnostics
}

function keyOf({ code, file, hook, rule, message }: Diagnostic, back: Revision['movedBack']): string {
  return JSON.stringify([code, shown(back(resolve(file))), hook, rule, message])
}

function countOf(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function takeOne(counts: Map<string, number>, key: string): boolean {
  const left = counts.get(key) ?? 0
  counts.set(key, left - 1)
  return left > 0
}
