/** Sockets from a supervisor find their listeners by name. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { assignSockets, handedSockets } from '../../../src/server/life/socket-activation.ts'

const [mx, submission] = [
  { name: 'mx', address: '127.0.0.1', port: 25 },
  { name: 'submission', address: '127.0.0.1', port: 587 },
]
const second = { ...mx, port: 2525 }

describe('handed sockets', () => {
  it('begin at descriptor 3, with their names', () => {
    const environment = { LISTEN_PID: '7', LISTEN_FDS: '2', LISTEN_FDNAMES: 'mx:submission' }
    assert.deepEqual(handedSockets(environment, 7), [
      { name: 'mx', fd: 3 },
      { name: 'submission', fd: 4 },
    ])
  })

  for (const environment of [
    {},
    { LISTEN_PID: '8', LISTEN_FDS: '1' },
    { LISTEN_PID: '7', LISTEN_FDS: '0' },
    { LISTEN_PID: '7', LISTEN_FDS: '-1' },
    { LISTEN_PID: '7', LISTEN_FDS: 'x' },
    { LISTEN_FDS: '1' },
  ])
    it(`are none with ${JSON.stringify(environment)}`, () => assert.deepEqual(handedSockets(environment, 7), []))
})

describe('listeners', () => {
  it('get the socket of their name', () => {
    const handed = [
      { name: 'submission', fd: 3 },
      { name: 'mx', fd: 4 },
    ]
    assert.deepEqual(
      assignSockets(handed, [mx, submission]),
      new Map([
        [submission, 3],
        [mx, 4],
      ]),
    )
  })

  it('of one name get them in order', () => {
    const handed = [
      { name: 'mx', fd: 3 },
      { name: 'mx', fd: 4 },
    ]
    assert.deepEqual(
      assignSockets(handed, [mx, second]),
      new Map([
        [mx, 3],
        [second, 4],
      ]),
    )
  })

  it('may have no socket: they open one', () => {
    assert.deepEqual(assignSockets([{ name: 'submission', fd: 3 }], [mx, submission]), new Map([[submission, 3]]))
  })

  it('need no name when there is one of each', () => {
    assert.deepEqual(assignSockets([{ name: 'postern.socket', fd: 3 }], [mx]), new Map([[mx, 3]]))
  })

  it('are missed by a socket of another name', () => {
    const handed = [{ name: 'smtp', fd: 3 }]
    assert.throws(() => assignSockets(handed, [mx, submission]), /handed over as `smtp` has no listener of that name/)
  })
})
