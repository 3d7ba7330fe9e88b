/** Questions that take a database for ever, as many as there are connections: nobody else waits for them. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as servers from '../../support/real/servers.ts'
import { type Asking, asking, said, sqlQuestion } from './questions.ts'

const TABLE = 'CREATE TABLE t (a INT); INSERT INTO t VALUES (1);'
const PATIENCE = 500

const DATABASES = {
  mysql: {
    skip: servers.noMariadb,
    url: async () => `mysql://postern@127.0.0.1:${await servers.startMariadb(TABLE)}/mail`,
    query: 'SELECT a FROM t WHERE SLEEP(${seconds}) = 0',
    running: "SELECT count(*) AS a FROM information_schema.processlist WHERE info LIKE 'SELECT a FROM t WHERE SLEEP%'",
  },
  postgres: {
    skip: servers.noPostgres,
    url: async () => `postgres://postern@127.0.0.1:${(await servers.startPostgres(TABLE)).port}/postgres`,
    query: 'SELECT a FROM t WHERE (SELECT count(*) FROM pg_sleep(${seconds})) = 1',
    running:
      "SELECT count(*) AS a FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
  },
} as const

for (const [name, { skip, url, query, running }] of Object.entries(DATABASES))
  describe(`a slow ${name}`, { skip }, () => {
    let [slow, watch]: [Asking | undefined, Asking | undefined] = [undefined, undefined]
    before(async () => {
      const place = { database: await url(), columns: ['a'], password: 'env:DB_PASSWORD', timeout: PATIENCE }
      slow = asking(sqlQuestion(query, place))
      watch = asking(sqlQuestion(running, { ...place, timeout: 5000 }))
    })

    it('keeps nobody waiting whose question is quick, and is told to stop', { timeout: 30_000 }, async () => {
      assert.ok(slow && watch)
      const { ask } = slow
      const late = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(`60.${index}`)))
      assert.ok(late.every(({ kind }) => kind === 'failed'))
      assert.deepEqual(said(await ask('0')), { a: '1' })
      for (let left = ''; left !== '0'; ) left = (said(await watch.ask()) as { readonly a: string }).a
      await Promise.all([slow.close(), watch.close()])
    })
  })
