import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import type { Ports } from '../../src/core/ports.ts'
import { programRunner } from '../../src/ports/programs.ts'
import { systemClock } from '../../src/ports/system-clock.ts'
import { exec } from '../../src/vocabulary/exec.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { ProgramDirectory } from '../support/program.ts'
import { immediate } from '../support/immediate.ts'
import { answerOf } from './ask.ts'

const MESSAGE = { sender: 'a@x.example', header: 'Subject: hi\r\n\r\nHello\r\n' }

let programs: ProgramDirectory
before(async () => (programs = await ProgramDirectory.make()))
after(() => programs.remove())

const world = (clock: Ports['clock'] = systemClock()): Partial<Ports> => ({
  run: programRunner(clock),
  temporary: { file: async () => `${programs.path}/message`, directory: async () => programs.path },
})

async function running(body: string, options: object = {}, given: Partial<Ports> = world()) {
  return answerOf(exec, { program: await programs.script('program', body), ...options }, { ...MESSAGE, world: given })
}

describe('exec', () => {
  it('is a hit, a miss or unknown by the exit code', async () => {
    assert.equal((await running('exit 1')).truth, 'hit')
    assert.equal((await running('exit 0')).truth, 'miss')
    assert.equal((await running('exit 2')).truth, 'unknown')
    assert.equal((await running('exit 3', { hit: [2, 3], miss: [0, 1] })).truth, 'hit')
  })

  it('finds what the program said, on one printable line', async () => {
    const { found } = await running("printf 'Eicar\\tfound\\n\\033[1mnow\\377\\n'; exit 1")
    assert.deepEqual(found, { code: '1', output: 'Eicar found [1mnow' })
  })

  it('gives it the message as received, on its standard input', async () => {
    await running('cat > $DIR/in')
    assert.equal(await programs.read('in'), 'Subject: hi\r\n\r\nHello\r\n')
  })

  it('or in a file', async () => {
    const { truth } = await running('cat > $DIR/stdin; cp "$2" $DIR/in; exit 1', { arguments: ['--file', '%f'] })
    assert.equal(truth, 'hit')
    assert.equal(await programs.read('in'), 'Subject: hi\r\n\r\nHello\r\n')
    assert.equal(await programs.read('stdin'), '')
  })

  it('or nothing', async () => {
    await running('cat > $DIR/in', { input: 'nothing' })
    assert.equal(await programs.read('in'), '')
  })

  it('passes arguments on as they are', async () => {
    await running('for a; do echo "<$a>"; done > $DIR/args', { arguments: ['$(id)', '; rm', '"x'].map((a) => `x${a}`) })
    assert.equal(await programs.read('args'), '<x$(id)>\n<x; rm>\n<x"x>\n')
  })

  it('is unknown for a program that is not there', async () => {
    const { truth, because } = await answerOf(exec, { program: '/nowhere/scan' }, { ...MESSAGE, world: world() })
    assert.equal(truth, 'unknown')
    assert.match(because ?? '', /could not be started/)
  })

  it('is unknown while there is no message, and the program is not started', async () => {
    const program = await programs.script('early', 'touch $DIR/early-ran')
    assert.equal((await answerOf(exec, { program }, { world: world() })).truth, 'unknown')
    await assert.rejects(programs.read('early-ran'))
  })

  it('is unknown where no programs are run', async () => {
    assert.equal((await running('exit 0', {}, {})).truth, 'unknown')
  })
})

describe('row 40: a scanner that a message makes', () => {
  it('talk without end is stopped, and tells nothing', async () => {
    const { truth, because } = await running('yes')
    assert.equal(truth, 'unknown')
    assert.match(because ?? '', /said too much/)
  })

  it('unpack more than a hundred times its size is stopped, long before the limit of all output', async () => {
    const body = 'head -c 20000 /dev/zero; exit 0'
    assert.equal((await running(body, { max_output: '1 MiB' })).truth, 'unknown')
    assert.equal((await running(body, { max_output: '1 MiB', max_ratio: 1000 })).truth, 'miss')
  })

  it('run for ever is stopped with all it has started, and tells nothing', async () => {
    const clock = fakeClock()
    const program = await programs.script('stuck', 'sleep 1000 & touch $DIR/started; wait')
    const answer = programRunner(clock)({ program, arguments: [], input: [], milliseconds: 5000, mostOutput: 1000 })
    while (!existsSync(`${programs.path}/started`)) await immediate()
    clock.advance(5000)
    // What it started holds its output open: only when that is gone too is there an answer, for the clock stands.
    assert.deepEqual(await answer, { kind: 'failed', because: `${program}: it took too long` })
  })

  it('crash tells nothing', async () => {
    assert.equal((await running('kill -SEGV $$')).truth, 'unknown')
  })

  it('refuse to look at because of its size tells nothing, and is not started', async () => {
    const { truth, because } = await running('touch $DIR/ran', { max_size: '10 B' })
    assert.equal(truth, 'unknown')
    assert.match(because ?? '', /larger than 10 octets/)
    await assert.rejects(programs.read('ran'))
  })

  it('outlive the rule is stopped when the rule is', async () => {
    const controller = new AbortController()
    const program = await programs.script('slow', 'echo $$ > $DIR/slow.pid; sleep 1000')
    const use = { program, arguments: [], input: [], milliseconds: 60_000, mostOutput: 1000, signal: controller.signal }
    const answer = programRunner(systemClock())(use)
    while (!existsSync(`${programs.path}/slow.pid`)) await immediate()
    controller.abort()
    assert.deepEqual(await answer, { kind: 'failed', because: `${program}: nobody waits for it any more` })
  })
})

it('a scanner that tells nothing has its message deferred', () => assert.equal(exec.onUnknown, 'defer'))

describe('arguments with what a client said in them', () => {
  for (const options of [
    { arguments: ['${sender}'] },
    { arguments: ['%f'], input: 'nothing' },
    { hit: [0], miss: [0] },
  ])
    it(`are checked: ${JSON.stringify(options)}`, () => assert.rejects(running('exit 0', options)))

  it('behind -- may begin with a hyphen', async () => {
    assert.equal((await running('exit 0', { arguments: ['--', '${sender}'] })).truth, 'miss')
  })
})
