// Programs that Debian ships and npm does not: the offline speech engine, and what the tests use. Installed where we
// may; elsewhere one line says how. Nothing here ever stops a start.

import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { withLock } from './lock.mjs'

const speechPackages = ['pocketsphinx', 'pocketsphinx-en-us']
const testPackages = [
  ...speechPackages,
  ...[
    'sox',
    'libsox-fmt-all',
    'ffmpeg',
    'curl',
    'openssl',
    'p7zip-full',
    'faketime',
    'python3',
    'python3-requests',
    'python3-cryptography',
    'python3-flask',
    'unzip',
    'zip',
  ],
]
/** Any of them will do for the tests of pages. */
const browsers = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
/** Servers that the tests and benches start themselves. */
const servers = ['vsftpd', 'openssh-server', 'nats-server', 'rabbitmq-server', 'redis-server']
/** Where systemd runs, installing them would start them for good. */
const serverPackages = existsSync('/run/systemd/system') ? [] : servers
/** After a failure, so that a machine without a network does not wait at every start. */
const retryAfterMs = 3_600_000

export async function ensureSpeechEngine(root, env) {
  const engine = env.INDABA_SPEECH_ENGINE || 'auto'
  const hasBetter = env.INDABA_SPEECH_URL || env.INDABA_SPEECH_MODEL || env.INDABA_SPEECH_MODEL_DIR
  const isWanted = engine === 'pocketsphinx' || (engine === 'auto' && !hasBetter)
  if (!isWanted || hasSpeechEngine()) return
  if (mayInstall()) await install(root, speechPackages)
  if (!hasSpeechEngine())
    console.log(
      `No speech engine is installed: ${byHand(speechPackages)}, or set INDABA_SPEECH_URL; until then calls get no transcript.`,
    )
}

export async function ensureTestTools(root) {
  if (mayInstall()) {
    const absent = missing([...testPackages, ...serverPackages])
    if (absent.length) await install(root, absent)
    // By itself: some relatives of Debian have none, and would then install nothing of the above.
    if (!hasBrowser()) await install(root, ['chromium'])
  }
  const programs = [
    ...['pocketsphinx_continuous', 'sox', 'ffmpeg', 'curl', 'python3', 'openssl', 'faketime'],
    ...['vsftpd', 'sshd', 'nats-server', 'rabbitmq-server', 'redis-server'],
  ]
  const absent = programs.filter((name) => !isProgram(name))
  if (!hasBrowser()) absent.push('chromium')
  if (absent.length)
    console.log(
      `Tests that use ${absent.join(', ')} will be skipped: ${byHand([...testPackages, 'chromium', ...servers])} to run them.`,
    )
}

const hasSpeechEngine = () => isProgram('pocketsphinx_continuous') && existsSync('/usr/share/pocketsphinx/model/en-us')

const hasBrowser = () => browsers.some(isProgram)

const byHand = (packages) =>
  isDebian()
    ? `sudo apt-get install ${packages.join(' ')}`
    : `install ${packages.join(', ')} (names of Debian's packages)`

const mayInstall = () => process.getuid?.() === 0 && isDebian()

function isDebian() {
  if (!isProgram('apt-get') || !existsSync('/etc/os-release')) return false
  return /^ID(_LIKE)?=.*\bdebian\b/m.test(readFileSync('/etc/os-release', 'utf8'))
}

function missing(packages) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const format = ['-W', '-f=${Package} ${db:Status-Status}\n']
  const { stdout = '' } = spawnSync('dpkg-query', [...format, ...packages], { encoding: 'utf8' })
  const present = (stdout ?? '').split('\n')
  return packages.filter((name) => !present.includes(`${name} installed`))
}

async function install(root, packages) {
  const failure = join(root, 'node_modules/.indaba-apt-failed')
  if (existsSync(failure) && Date.now() - statSync(failure).mtimeMs < retryAfterMs) return
  await withLock(join(root, 'tmp/apt.lock'), () => {
    const absent = missing(packages)
    if (!absent.length) return
    console.log(`Installing ${absent.join(', ')} with apt-get.`)
    apt('update')
    const problem = apt('install', '--yes', '--no-install-recommends', ...absent)
    if (!problem) return rmSync(failure, { force: true })
    console.log(`apt-get could not install them: ${problem}`)
    writeFileSync(failure, problem)
  })
}

/** Empty when it went well, else its first complaint. */
function apt(...args) {
  const patience = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20', '-o', 'DPkg::Lock::Timeout=120']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
  const options = { env, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] }
  const { status, stderr, error } = spawnSync('apt-get', ['-qq', ...patience, ...args], options)
  if (status === 0) return ''
  const complaint = stderr?.split('\n').find((line) => line.startsWith('E:'))
  return complaint ?? error?.message ?? `code ${status}`
}

function isProgram(name) {
  // Servers live in /usr/sbin, which is not on everybody's path.
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
