import { styleText } from 'node:util'

export interface Log {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

function write(stream: NodeJS.WriteStream, label: string, message: string): void {
  stream.write(`${label ? `${label} ` : ''}${message}\n`)
}

function label(text: string, style: 'yellow' | 'red', stream: NodeJS.WriteStream): string {
  return stream.isTTY ? styleText(style, text) : text
}

export const terminal: Log = {
  info: (message) => write(process.stdout, '', message),
  warn: (message) => write(process.stderr, label('warning', 'yellow', process.stderr), message),
  error: (message) => write(process.stderr, label('error', 'red', process.stderr), message),
}

/** For stacks that tests start: what is merely informative is left out, faults are not. */
export const quietTerminal: Log = { ...terminal, info: () => undefined }
