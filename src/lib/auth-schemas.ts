import * as z from 'zod/mini'

export const PASSWORD_MIN = 8

const trimmed = z.pipe(z.string(), z.transform((text) => text.trim()))

export const emailSchema = z.pipe(trimmed, z.string().check(z.minLength(1, 'Type your e-mail address.'), z.email('This does not look like an e-mail address.')))

export const newPasswordSchema = z.string().check(z.minLength(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`))

export const currentPasswordSchema = z.string().check(z.minLength(1, 'Type your password.'))

export const fullNameSchema = z.pipe(trimmed, z.string().check(z.maxLength(120, 'Use at most 120 characters.')))
