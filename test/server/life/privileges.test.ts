/** Root gives up its rights for good, or does not serve. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { type AccountFiles, findAccount } from '../../../src/server/life/account.ts'
import { become, refusalForRoot, type Rights } from '../../../src/server/life/privileges.ts'

const FILES: AccountFiles = {
  passwd:
    'root:x:0:0:root:/root:/bin/sh\npostern:x:990:980::/var/lib/postern:/usr/sbin/nologin\n1000:x:7:8::/:/bin/sh\n',
  group: 'root:x:0:\npostern:x:980:\nmail:x:8:postern\n',
}

describe('an account', () => {
  const found: readonly (readonly [user: string, group: string | undefined, uid: number, gid: number])[] = [
    ['postern', undefined, 990, 980],
    ['postern', 'mail', 990, 8],
    ['postern', '4000', 990, 4000],
    ['990', undefined, 990, 980],
    ['4000', 'mail', 4000, 8],
    ['1000', undefined, 7, 8],
  ]
  for (const [user, group, uid, gid] of found)
    it(`${user}, ${group} is ${uid}, ${gid}`, () =>
      assert.deepEqual(findAccount(user, group, FILES), { name: user, uid, gid }))

  const missing: readonly (readonly [user: string, group: string | undefined, because: RegExp])[] = [
    ['nobody-here', undefined, /there is no user nobody-here/],
    ['postern', 'nobody-here', /there is no group nobody-here/],
    ['4000', undefined, /user 4000 has no group here; name one with `group:`/],
    ['root', undefined, /user root is root/],
    ['0', 'mail', /user 0 is root/],
    ['postern', 'root', /group root is root/],
  ]
  for (const [user, group, because] of missing)
    it(`${user}, ${group} is none`, () => assert.throws(() => findAccount(user, group, FILES), because))
})

describe('root', () => {
  const at = (address: string) => [{ name: 'mx', address, port: 25 }]
  const life = { user: undefined, allowRoot: false, health: undefined }

  it('serves when the site names somebody to become', () =>
    assert.equal(refusalForRoot({ life: { ...life, user: 'postern' }, listeners: at('0.0.0.0') }), undefined))

  it('does not serve by accident', () =>
    assert.match(
      refusalForRoot({ life, listeners: at('127.0.0.1') }) ?? '',
      /^Root does not serve; .*`allow_root: true`/,
    ))

  for (const address of ['127.0.0.1', '127.8.8.8', '::1', 'localhost'])
    it(`may serve ${address} on trial`, () =>
      assert.equal(refusalForRoot({ life: { ...life, allowRoot: true }, listeners: at(address) }), undefined))

  for (const address of ['0.0.0.0', '::', '192.0.2.1', '::ffff:192.0.2.1', 'mx.example.org'])
    it(`may not serve ${address}, even on trial`, () => {
      const trial = { ...life, allowRoot: true }
      assert.match(refusalForRoot({ life: trial, listeners: at(address) }) ?? '', /loopback addresses only/)
      const health = { address, port: 9125 }
      assert.match(
        refusalForRoot({ life: { ...trial, health }, listeners: at('::1') }) ?? '',
        /loopback addresses only/,
      )
    })
})

/** A process that does as it is told, unless a test says otherwise. */
function fakeProcess(over: Partial<Rights> = {}): Rights & { readonly calls: string[] } {
  const state = { uid: 0, gid: 0, groups: [0, 4] }
  const calls: string[] = []
  return {
    calls,
    getuid: () => state.uid,
    geteuid: () => state.uid,
    getgid: () => state.gid,
    getegid: () => state.gid,
    getgroups: () => state.groups,
    setgroups: (groups) => void (calls.push(`setgroups ${groups.join()}`), (state.groups = [...groups])),
    initgroups: (user, gid) => void (calls.push(`initgroups ${user} ${gid}`), (state.groups = [Number(gid), 8])),
    setgid: (gid) => void (calls.push(`setgid ${gid}`), (state.gid = gid)),
    setuid: (uid) => {
      calls.push(`setuid ${uid}`)
      if (state.uid !== 0) throw new Error('EPERM')
      state.uid = uid
    },
    ...over,
  }
}

const POSTERN = { name: 'postern', uid: 990, gid: 980 }

describe('becoming somebody', () => {
  it('is done in the one order that leaves nothing, and tried back', () => {
    const rights = fakeProcess()
    become(POSTERN, rights)
    assert.deepEqual(rights.calls, ['initgroups postern 980', 'setgid 980', 'setuid 990', 'setuid 0'])
  })

  it('who is a number has no other groups', () => {
    const rights = fakeProcess()
    become({ ...POSTERN, name: '990' }, rights)
    assert.equal(rights.calls[0], 'setgroups 980')
  })

  const halves: Readonly<Record<string, Partial<Rights>>> = {
    'became postern, but the user is another one': { setuid: () => undefined },
    'became postern, but the group is another one': { setgid: () => undefined },
    'became postern, but the group of root is still there': { initgroups: () => undefined },
    'cannot become postern: EPERM': {
      setgid: () => {
        throw new Error('EPERM')
      },
    },
  }
  for (const [message, over] of Object.entries(halves))
    it(`fails loudly: ${message}`, () => assert.throws(() => become(POSTERN, fakeProcess(over)), { message }))

  it('is not possible where there are no users', () => {
    const { setuid: _, ...rights } = fakeProcess()
    assert.throws(() => become(POSTERN, rights), { message: 'this system has no users to become' })
  })

  it('fails loudly when root could be had back', () => {
    const uids = [0]
    const rights = fakeProcess({
      setuid: (uid) => void uids.push(uid),
      getuid: () => uids.at(-1) ?? 0,
      geteuid: () => uids.at(-1) ?? 0,
    })
    assert.throws(() => become(POSTERN, rights), { message: 'became postern, but root could be had back' })
  })

  it('works on a real process', { skip: process.getuid?.() !== 0 && 'only root can become somebody' }, () => {
    const module = new URL('../../../src/server/life/privileges.ts', import.meta.url).href
    const script = `import { become } from ${JSON.stringify(module)}
      become({ name: '65534', uid: 65534, gid: 65534 }, process)
      console.log(process.getuid(), process.geteuid(), process.getgid(), process.getegid(), process.getgroups().join())`
    const ended = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], { encoding: 'utf8' })
    assert.equal(ended.stdout, '65534 65534 65534 65534 65534\n', ended.stderr)
  })
})
