/** What is used of the optional library `pg`, which brings no types (https://node-postgres.com/apis/pool). */
declare module 'pg' {
  import type { ConnectionOptions } from 'node:tls'

  export interface PoolConfig {
    readonly host: string
    readonly port: number
    readonly user: string | undefined
    readonly database: string | undefined
    readonly password: (() => Promise<string>) | undefined
    readonly ssl: ConnectionOptions | false
    /** As for `postgres -c`. */
    readonly options?: string
    readonly max: number
    readonly connectionTimeoutMillis: number
    readonly query_timeout: number
    readonly statement_timeout: number
    readonly idleTimeoutMillis: number
    readonly allowExitOnIdle: boolean
  }

  export interface ArrayQuery {
    readonly text: string
    readonly values: readonly unknown[]
    readonly rowMode: 'array'
  }

  export class Pool {
    constructor(config: PoolConfig)
    query(query: ArrayQuery): Promise<{ readonly rows: readonly (readonly unknown[])[] }>
    on(event: 'error', listener: (error: Error) => void): this
    end(): Promise<void>
  }

  const library: { readonly Pool: typeof Pool }
  export default library
}
