/** The extension for Visual Studio Code, within an editor without a screen, with the real language server behind it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire, registerHooks } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { folder } from '../cli/folder.ts'
import { type RunTask, state } from './fake-vscode.ts'
import { FOLDER, MANIFEST, TOP } from './vscode-folder.ts'

interface Extension {
  readonly activate: (context: { readonly subscriptions: unknown[] }) => Promise<void>
  readonly deactivate: () => Promise<void>
}

const SITE = 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins:\n  - ./house.yaml\n  - rcpt_ok\n'
const HOUSE = `plugin: house
hooks:
  mail:
    - { id: bulk, match: { sender.domain: bulk.example }, return: DENY }
tests:
  - { name: bulk, given: { sender: a@other.example }, expect: { hook: mail, rule: bulk } }
`
const WRONG = HOUSE.replace('sender.domain', 'sender.domian')
const main = pathToFileURL(join(TOP, 'src/cli/main.ts')).href
/** As npm would have installed it. */
const INSTALLED = {
  'node_modules/postern/package.json': '{ "type": "module" }',
  'node_modules/postern/dist/cli/postern.js': `import { run } from '${main}'\nprocess.exitCode = await run(process.argv.slice(2))\n`,
}

const FAKE = pathToFileURL(join(import.meta.dirname, 'fake-vscode.ts')).href
const FAKED = ['vscode', 'vscode-languageclient/node']

describe('the extension', { timeout: 120_000 }, () => {
  const hooks = registerHooks({
    resolve: (name, context, next) =>
      FAKED.includes(name) ? { url: FAKE, format: 'module-typescript', shortCircuit: true } : next(name, context),
  })
  const { activate, deactivate } = createRequire(import.meta.url)(join(FOLDER, 'extension.js')) as Extension
  const { path: site } = folder({ after }, { 'postern.yaml': SITE, 'house.yaml': WRONG, ...INSTALLED })
  const { path: bare } = folder({ after }, { 'postern.yaml': SITE, 'house.yaml': HOUSE })
  const house = join(site, 'house.yaml')
  const { PATH } = process.env
  after(async () => {
    await deactivate()
    hooks.deregister()
    process.env['PATH'] = PATH
  })

  it('says what to do where there is no Postern', async () => {
    process.env['PATH'] = dirname(process.execPath)
    state.folders = [bare]
    await activate({ subscriptions: [] })
    assert.deepEqual(
      [...state.commands.keys()].toSorted(),
      MANIFEST.contributes.commands.map(({ command }) => command).toSorted(),
    )
    assert.match(state.errors.splice(0).join(), /^Postern: Postern is not installed: run `npm install postern`/)
    await state.commands.get('postern.check')?.()
    assert.match(state.errors.splice(0).join(), /not installed/)
  })

  it('says why a server does not start, and starts another when told', async () => {
    for (const [command, why] of [
      [[process.execPath, '-e', 'console.error("too old"); process.exit(3)'], /^Postern: too old$/],
      [[join(bare, 'nowhere')], /^Postern: spawn .*nowhere ENOENT$/],
    ] as const) {
      state.command = [...command]
      await state.commands.get('postern.restart')?.()
      assert.match(state.errors.splice(0).join(), why)
    }
    state.command = []
    state.folders = [site]
    await state.commands.get('postern.restart')?.()
    assert.deepEqual(state.errors, [])
  })

  it('has findings and completions of the Postern of the workspace', async () => {
    const editor = state.editors.at(-1)
    await editor?.open(house, WRONG)
    const found = await editor?.findings(house, (codes) => codes.length > 0)
    assert.match(JSON.stringify(found?.diagnostics[0]?.message), /unknown fact or word `sender\.domian`/)
    const offered: readonly { readonly label: string }[] | undefined = await editor?.connection.sendRequest(
      'textDocument/completion',
      {
        textDocument: { uri: pathToFileURL(house).href },
        position: { line: 3, character: WRONG.split('\n')[3]?.indexOf('sender.') },
      },
    )
    assert.ok(offered?.some(({ label }) => label === 'sender.domain'))
  })

  it('follows its settings', async () => {
    const before = state.editors.length
    const started = new Promise<void>((resolve) => (state.onStart = resolve))
    state.command = [process.execPath, join(TOP, 'src/cli/postern.js')]
    state.onSettings()
    await started
    assert.equal(state.editors.length, before + 1)
    assert.deepEqual(state.errors, [])
  })

  it('runs tasks, and reads what they print', async () => {
    process.env['PATH'] = [dirname(process.execPath), PATH].join(delimiter)
    const [type, provider] = [...state.providers][0] ?? []
    const [definition] = MANIFEST.contributes.taskDefinitions
    assert.equal(type, definition?.type)
    const tasks = provider?.provideTasks() ?? []
    assert.deepEqual(
      tasks.map((task) => [task.definition.command, task.group]),
      [
        ['check', 'build'],
        ['test', 'test'],
      ],
    )
    assert.match(problemsOf(tasks[0], site).join(), /^house\.yaml:4:\d+ error .*sender\.domian/)
    assert.match(problemsOf(tasks[1], bare).join(), /^house\.yaml:6:\d+ error /)
    const [check] = tasks
    assert.equal(check && provider?.resolveTask(check).definition, check?.definition)
    await state.commands.get('postern.test')?.()
    assert.deepEqual(state.executed[0]?.execution, tasks[1]?.execution)
  })
})

/** As the problem matcher reads it: place, severity, message. */
function problemsOf(task: RunTask | undefined, cwd: string): readonly string[] {
  assert.ok(task)
  const [matcher] = MANIFEST.contributes.problemMatchers
  assert.equal(task.problemMatchers, `$${matcher?.name}`)
  const { stdout } = spawnSync(task.execution.process, task.execution.args, { cwd, encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => {
    const parts = new RegExp(matcher?.pattern.regexp ?? '').exec(line)
    if (!matcher || !parts) return []
    const { file, line: at, column, severity, message } = matcher.pattern
    return [`${parts[file]}:${parts[at]}:${parts[column]} ${parts[severity]} ${parts[message]}`]
  })
}
