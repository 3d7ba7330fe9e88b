/**
 * p0f: which system does the client run, as the packets it sends look?
 *
 * p0f runs beside us, listens to the network, and is asked over its Unix socket. A hit when it has seen the client.
 */
import { parseIp, isIpFault } from '../core/net/ip.ts'
import type { Fingerprint } from '../core/ports.ts'
import { defineMatcher, type Match } from '../core/word.ts'

export const p0f = defineMatcher({
  name: 'p0f',
  summary: 'The client was seen by p0f, which says which system it runs',
  reference: 'p0f 3.09 README section 4, p0f 2.0.8 p0f-query.h; qpsmtpd plugin ident/p0f',
  stage: 'accept',
  outside: true,
  options: {
    type: 'object',
    properties: {
      socket: {
        type: 'string',
        minLength: 1,
        'x-path': true,
        description: 'Path of the socket that p0f was started with (-s)',
      },
      version: { type: 'integer', enum: [3, 2], default: 3, description: 'Version of p0f' },
      local_ip: {
        type: 'string',
        description:
          'Version 2, behind a translator of addresses: our address as p0f sees it; without it, the one the client connected to',
      },
      timeout: { type: 'string', format: 'duration', default: '3s', description: 'Time for its answer' },
    },
    required: ['socket'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: {
    genre: 'The system: name and flavour, such as `Windows XP`',
    detail: 'More about it',
    link: 'How it is connected, such as `Ethernet or modem`',
    distance: 'Hops between it and us',
    uptime: 'Hours since it was started',
  },
  compile({ socket, version, local_ip: ourIp, timeout }) {
    if (ourIp !== undefined && isIpFault(parseIp(ourIp))) throw new Error(`\`${ourIp}\` is no IP address`)
    return async ({ ports, connection: { remote, local } }) => {
      if (!ports.p0f) throw new Error('there is no p0f here')
      const seen = await ports.p0f.ask({
        socket,
        version: version === 2 ? 2 : 3,
        remote,
        local: { ...local, ip: ourIp ?? local.ip },
        milliseconds: timeout,
      })
      return seen ? matchOf(seen) : { truth: 'miss', because: 'p0f has not seen it' }
    }
  },
})

function matchOf({ genre, detail, link, distance, uptime }: Fingerprint): Match {
  const all = Object.entries({ genre, detail, link, distance, uptime })
  const said = all.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return { truth: 'hit', because: said.map((one) => one.join(' ')).join(', '), found: Object.fromEntries(said) }
}
