// Lets the queries of a transaction travel together. Kysely hands out a transaction's connection to one query at a time,
// so each would wait for the answer to the one before; `pg` can send them all and PostgreSQL answers in order.

import {
  type ConnectionProvider,
  type DatabaseConnection,
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  type Dialect,
  type DialectAdapter,
  Kysely,
  type QueryCompiler,
} from 'kysely'

/** As `new Kysely({ dialect })`; the dialect's driver must be ready as soon as `init` was called. */
export function pipelined<DB>(dialect: Dialect): Kysely<DB> {
  const driver = dialect.createDriver()
  driver.init()
  const provider = new DefaultConnectionProvider(driver)
  const executor = new PipelinedExecutor(dialect.createQueryCompiler(), dialect.createAdapter(), provider)
  return new Kysely<DB>({ config: { dialect }, dialect, driver, executor })
}

class PipelinedExecutor extends DefaultQueryExecutor {
  readonly #compiler: QueryCompiler

  constructor(compiler: QueryCompiler, adapter: DialectAdapter, provider: ConnectionProvider) {
    super(compiler, adapter, provider)
    this.#compiler = compiler
  }

  /** Called with the connection of a transaction. */
  override withConnectionProvider(provider: ConnectionProvider): PipelinedExecutor {
    return new PipelinedExecutor(this.#compiler, this.adapter, shared(provider))
  }
}

/** Everybody gets the connection at once. */
function shared(provider: ConnectionProvider): ConnectionProvider {
  let connection: Promise<DatabaseConnection> | undefined
  return {
    async provideConnection(consumer) {
      connection ??= provider.provideConnection(async (one) => one)
      return consumer(await connection)
    },
  }
}
