// The dashboard, built by Vite where it is missing or older than its sources, with a compressed copy beside each file: so
// that nothing is compressed while somebody waits.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { withLock } from './lock.mjs'
import { nodeProgram } from './packages.mjs'

const compressible = /\.(js|css|html|svg|json|txt)$/
const worthwhileBytes = 1024

export async function ensureWeb(root) {
  const web = join(root, 'web')
  if (!existsSync(join(web, 'src')) || isFresh(web)) return
  await withLock(join(root, 'tmp/web.lock'), () => {
    if (isFresh(web)) return
    const stamp = stampOf(web)
    const fresh = join(web, 'dist.new')
    const vite = resolve(root, 'node_modules/vite/bin/vite.js')
    const options = ['build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn']
    const { status } = spawnSync(nodeProgram(root), [vite, ...options], { cwd: web, stdio: 'inherit' })
    if (status !== 0) throw new Error('The dashboard could not be built (see above).')
    for (const path of filesIn(fresh)) compress(path)
    writeFileSync(join(fresh, '.stamp'), stamp)
    rmSync(join(web, 'dist'), { recursive: true, force: true })
    renameSync(fresh, join(web, 'dist'))
  })
}

const isFresh = (web) => {
  const stamp = join(web, 'dist/.stamp')
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(web)
}

/** What the build depends on: the sources, and the versions of the packages. */
function stampOf(web) {
  const hash = createHash('sha256')
  const files = ['src', 'public'].flatMap((folder) => filesIn(join(web, folder)))
  for (const path of [
    ...files,
    ...['index.html', 'vite.config.ts', 'package.json', '../package-lock.json'].map((one) => join(web, one)),
  ])
    hash.update(path.slice(web.length)).update(readFileSync(path))
  return hash.digest('hex')
}

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort()

function compress(path) {
  const bytes = readFileSync(path)
  if (!compressible.test(path) || bytes.length < worthwhileBytes) return
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }))
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
}
