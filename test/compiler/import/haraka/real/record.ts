/**
 * Plays the sessions to a real Haraka and writes down what it says, for `recorded.test.ts`:
 *
 *     npm install Haraka --prefix /tmp/haraka
 *     node test/compiler/import/haraka/real/record.ts /tmp/haraka [SEED [SESSIONS]]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startHaraka } from './haraka.ts'
import { type Recorded, RECORDED } from './recorded.ts'
import { CONFIGURATIONS, type Configuration, type Session, sessions } from './sessions.ts'

async function record(
  configuration: Configuration,
  all: readonly Session[],
  installed: string,
): Promise<readonly Recorded[]> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-haraka-'))
  const haraka = await startHaraka(configuration, all, { installed, directory })
  const recorded: Recorded[] = []
  try {
    for (const session of all)
      recorded.push({ configuration: configuration.name, session, reply: await haraka.ask(session) })
  } finally {
    await haraka.stop()
    rmSync(directory, { recursive: true })
  }
  return recorded
}

const [installed, seed = '1', count = '120'] = process.argv.slice(2)
if (installed === undefined) throw new Error('name the directory in which Haraka was installed')
const lines: string[] = []
for (const [index, configuration] of CONFIGURATIONS.entries())
  for (const one of await record(configuration, sessions(Number(seed) + index, Number(count)), resolve(installed)))
    lines.push(JSON.stringify(one))
writeFileSync(RECORDED, `${lines.join('\n')}\n`)
