/** The tests of a whole site, to tell which rules none of them reaches. */
import { dirname } from 'node:path'
import { readYaml } from '../../compiler/read-file.ts'
import { Report, startOf } from '../../language/diagnostic.ts'
import { fileKind } from '../../language/files/file-kind.ts'
import { checkTests } from '../../testing/check-tests.ts'
import type { CheckedFile } from '../../testing/untested/tests-of.ts'
import type { CommandEnvironment } from '../wiring.ts'
import { yamlBelow } from './yaml-below.ts'

/** Its own file, and the suites below it. Undefined where they are not all known: too many files, or a mistake in one. */
export async function testsOfSite(
  site: string,
  environment: CommandEnvironment,
): Promise<readonly CheckedFile[] | undefined> {
  const { files, isWhole } = await yamlBelow(dirname(site))
  if (!isWhole) return undefined
  const found: CheckedFile[] = []
  for (const path of files) {
    const text = await environment.files.read(path).catch(() => undefined)
    if (path !== site && !/^suite:/m.test(text ?? '')) continue
    const report = new Report()
    const root = await readYaml(path, startOf(path), { ...environment, report })
    const kind = root && fileKind(root.entries.map(({ key }) => key.value))
    if (root) checkTests(root, report)
    if (report.errors > 0) return undefined
    // A tree that is kept is not read again, and what was said here would not be said where the file is open.
    if (report.sorted().length > 0) environment.trees?.delete(path)
    if (root && kind) found.push({ path, root, kind })
  }
  return found
}
