/**
 * The health page: `/healthz` says whether mail is served, `/metrics` what was counted.
 *
 * A refused reload does not make a server unhealthy: the rules of before serve. It is in the answer and in the metrics. There
 * is no password; the site file says which address may be asked, and that should be one that only supervision reaches.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Address } from '../../compiler/settings/life-settings.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Problem } from './loading.ts'
import { exposition, type Sample } from './metrics.ts'

export interface Health {
  readonly state: 'starting' | 'serving' | 'stopping'
  readonly revision: string
  /** When these rules began to serve, in milliseconds since the epoch. */
  readonly since: number
  readonly sessions: number
  /** Why the last reload was refused. */
  readonly problems: readonly Problem[]
}

export interface HealthOptions {
  readonly health: () => Health
  readonly samples: () => readonly Sample[]
}

export interface HealthServer {
  readonly port: number
  close(): void
}

const MOST_CONNECTIONS = 20
/** Milliseconds for a request to arrive. */
const PATIENCE = 5000
/** Named on the page. */
const MOST_PROBLEMS = 20

/** Rejects with a plain sentence when the address cannot be listened on. */
export async function startHealth({ address, port }: Address, options: HealthOptions): Promise<HealthServer> {
  const server = createServer(
    { headersTimeout: PATIENCE, requestTimeout: PATIENCE, connectionsCheckingInterval: PATIENCE },
    (request, response) => answer(request, response, options),
  )
  server.maxConnections = MOST_CONNECTIONS
  server.listen({ host: address, port })
  try {
    await once(server, 'listening')
  } catch (fault) {
    const because = reasonOf(fault)
    throw new Error(`Cannot listen on ${address} port ${port} for the health page: ${because}`, { cause: fault })
  }
  server.on('error', () => undefined)
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { port: (server.address() as AddressInfo).port, close }
}

type Page = (options: HealthOptions) => { readonly status: number; readonly type: string; readonly text: string }

const PAGES: ReadonlyMap<string, Page> = new Map([
  ['/healthz', healthPage],
  [
    '/metrics',
    ({ samples }) => ({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      text: exposition(samples()),
    }),
  ],
])

function answer({ method, url = '' }: IncomingMessage, response: ServerResponse, options: HealthOptions): void {
  const page = PAGES.get(url.replace(/\?.*$/s, ''))
  const isRead = method === 'GET' || method === 'HEAD'
  const { status, type, text } = !page
    ? plain(404, 'There are /healthz and /metrics here\n')
    : isRead
      ? page(options)
      : plain(405, 'GET only\n')
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  })
  response.end(method === 'HEAD' ? undefined : text)
}

function plain(status: number, text: string): ReturnType<Page> {
  return { status, type: 'text/plain; charset=utf-8', text }
}

function healthPage({ health }: HealthOptions): ReturnType<Page> {
  const { state, revision, since, sessions, problems } = health()
  const page = {
    status: state,
    revision,
    since: new Date(since).toISOString(),
    sessions,
    reload: problems.length === 0 ? 'ok' : 'refused',
    problems: problems.slice(0, MOST_PROBLEMS),
  }
  return { status: state === 'serving' ? 200 : 503, type: 'application/json', text: `${JSON.stringify(page)}\n` }
}
