/** Ports: free, served by a Postern already, or somebody else's. */
import { once } from 'node:events'
import { connect, createServer, type NetConnectOpts } from 'node:net'
import { dirname } from 'node:path'
import { errorCode, reasonOf } from '../../core/reason.ts'
import type { Listener } from '../../core/site.ts'
import { visible } from '../../language/render/display.ts'
import { error, type Finding, ok } from './finding.ts'
import { lookAtDirectory } from './look-at-files.ts'

const PATIENCE = 3000
const MOST_OCTETS = 512

type Place = Pick<Listener, 'address' | 'port'>

export async function lookAtListener(listener: Listener): Promise<Finding> {
  const about = `listener ${listener.name}`
  if (listener.unix) return lookAtPath(about, listener.unix.path)
  return lookAtPort(about, listener, async () => {
    const greeting = await firstWords(listener, '')
    if (GREETING.test(greeting)) return ok(about, `${placeOf(listener)} is served: ${greeting}`)
    return taken(about, placeOf(listener), greeting)
  })
}

export async function lookAtHealth(place: Place): Promise<Finding> {
  const about = 'health page'
  return lookAtPort(about, place, async () => {
    const answer = await firstWords(place, 'GET /healthz HTTP/1.0\r\n\r\n')
    return answer.startsWith('HTTP/1.1 ')
      ? ok(about, `${placeOf(place)} answers: ${answer}`)
      : taken(about, placeOf(place), answer)
  })
}

/** A socket that a process has left behind is taken over at the start. */
async function lookAtPath(about: string, path: string): Promise<Finding> {
  const greeting = await firstWords({ path }, '')
  if (GREETING.test(greeting)) return ok(about, `${path} is served: ${greeting}`)
  return greeting === '' ? lookAtDirectory(about, dirname(path)) : taken(about, path, greeting)
}

const GREETING = /^220[ -].* ESMTP Postern/

async function lookAtPort(about: string, place: Place, whenTaken: () => Promise<Finding>): Promise<Finding> {
  try {
    await tryToListen(place)
    return ok(about, `${placeOf(place)} is free`)
  } catch (fault) {
    const code = errorCode(fault)
    if (code === 'EADDRINUSE') return whenTaken()
    if (code === 'EACCES')
      return error(
        about,
        `${placeOf(place)} is not allowed to us`,
        'start as root with `user:`, or give CAP_NET_BIND_SERVICE',
      )
    if (code === 'EADDRNOTAVAIL') return error(about, `${place.address} is no address of this machine`)
    return error(about, `${placeOf(place)}: ${reasonOf(fault)}`)
  }
}

async function tryToListen({ address, port }: Place): Promise<void> {
  const server = createServer()
  server.listen({ host: address, port })
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

function taken(about: string, place: string, words: string): Finding {
  const who = words === '' ? 'somebody who says nothing' : `somebody who says \`${words}\``
  return error(about, `${place} is taken by ${who}`)
}

function placeOf({ address, port }: Place): string {
  return port === 0 ? `any port of ${address}` : `${address} port ${port}`
}

/** The first line that is said there; nothing when nothing is said in time, or nobody is there. */
async function firstWords(place: Place | { readonly path: string }, question: string): Promise<string> {
  const socket = connect({ ...targetOf(place), timeout: PATIENCE })
  socket.on('timeout', () => socket.destroy())
  let heard = ''
  try {
    socket.write(question)
    for await (const octets of socket) {
      heard += String(octets)
      if (heard.includes('\n') || heard.length > MOST_OCTETS) break
    }
  } catch {
    // A reset is an end like any other.
  }
  socket.destroy()
  return visible((heard.split(/\r?\n/)[0] ?? '').slice(0, MOST_OCTETS))
}

function targetOf(place: Place | { readonly path: string }): NetConnectOpts {
  if ('path' in place) return place
  const { address, port } = place
  return { host: address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address, port }
}
