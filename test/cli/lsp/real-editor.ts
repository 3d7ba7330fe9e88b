/**
 * What a real editor is given, and what somebody sees in it: a mistake, its correction, and what is offered in half a rule.
 * It is set up as docs/editors.md says.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { folder } from '../folder.ts'

interface Told {
  readonly missed?: string
  readonly findings: readonly { readonly line: number; readonly column: number; readonly text: string }[]
  readonly actions: readonly string[]
  readonly fixed: readonly string[]
  readonly offered: readonly string[]
}

const SITE = 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins:\n  - ./house.yaml\n  - rcpt_ok\n'
const HOUSE = `plugin: house
hooks:
  mail:
    - id: bulk
      match: { sender.domian: bulk.example }
      return: DENY
`
/** Half a rule. */
const TYPED = '  connect:\n    - id: more\n      match: { remote_'

const TOP = join(import.meta.dirname, '../../..')
const PAGE = readFileSync(join(TOP, 'docs/editors.md'), 'utf8')

/** npx of somebody who has installed Postern. */
const NPX = `#!/bin/sh
[ "$1" = postern ] && shift && exec '${process.execPath}' '${join(TOP, 'src/cli/postern.js')}' "$@"
`

interface RealEditor {
  readonly program: string
  readonly args: readonly string[]
  /** That of its setup in the page. */
  readonly language: 'lua' | 'elisp'
}

/** Runs an editor with a script that tells what it saw, and answers with what it offered. */
export function seenIn(test: TestContext, { program, args, language }: RealEditor): readonly string[] {
  const [setup = '', old = ''] = Array.from(
    PAGE.matchAll(new RegExp(`\\n\`\`\`${language}\\n(.+?)\`\`\``, 'gs')),
    ([, text]) => text,
  )
  const { path } = folder(test, { 'postern.yaml': SITE, 'house.yaml': HOUSE, npx: NPX, setup, old })
  chmodSync(join(path, 'npx'), 0o755)
  const env = {
    ...process.env,
    FILE: join(path, 'house.yaml'),
    TYPED,
    SETUP: join(path, 'setup'),
    OLD: join(path, 'old'),
    PATH: [path, process.env['PATH']].join(delimiter),
    TOLD: join(path, 'told.json'),
    HOME: path,
    XDG_STATE_HOME: path,
    XDG_DATA_HOME: path,
    XDG_CACHE_HOME: path,
  }
  const { status, stderr } = spawnSync(program, args, { env, encoding: 'utf8', timeout: 120_000 })
  assert.equal(status, 0, stderr)
  assert.ok(existsSync(env.TOLD), stderr)
  const told = JSON.parse(readFileSync(env.TOLD, 'utf8')) as Told
  assert.equal(told.missed, undefined, stderr)
  const [first] = told.findings
  assert.deepEqual([first?.line, first?.column], [5, 16])
  assert.match(first?.text ?? '', /unknown fact or word `sender\.domian` in a condition: did you mean/)
  assert.deepEqual(told.actions, ['write `sender.domain`'])
  assert.equal(told.fixed[4], '      match: { sender.domain: bulk.example }')
  assert.ok(told.offered.includes('remote_ip'), told.offered.join(' '))
  assert.ok(!told.offered.includes('sender.domain'), 'the sender is not known at connect')
  return told.offered
}
