// Runs one program in our place: it has our terminal, gets each signal once, and its exit code becomes ours.

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import process from 'node:process'

/** How soon a killed npm is noticed; a program that nobody waits for any more would keep the port and the data. */
const orphanCheckMs = 500

/** The exit code, or 128 and the signal's number, as shells have it. */
export function runChild(file, args, options) {
  return new Promise((resolve, reject) => {
    // The channel carries no message: its end tells the program that we were killed.
    const child = spawn(file, args, { ...options, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
    let isStopping = false
    // npm passes a signal on although the terminal, or who stops the whole group, has sent it to us already.
    const stop = (signal) => {
      if (!isStopping) child.kill(signal)
      isStopping = true
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    const parent = process.ppid
    const watch = setInterval(() => process.ppid !== parent && stop('SIGTERM'), orphanCheckMs)
    if (!process.env.npm_lifecycle_event) clearInterval(watch)
    const finish = () => {
      clearInterval(watch)
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    }
    child.once('error', (error) => {
      finish()
      reject(new Error(`${file} cannot be run (${error.code}). Delete node_modules and start again.`))
    })
    child.once('exit', (code, signal) => {
      finish()
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}
