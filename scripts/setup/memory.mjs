// How Node is started for the server.

/**
 * MiB of V8's young space, per half. By default it grows to several times this while gigabytes of buffers pass through,
 * and an upload of 1 GiB takes 68 to 72 MiB more memory instead of about 40; uploads are no slower.
 */
export const memoryOptions = ['--max-semi-space-size=4']
