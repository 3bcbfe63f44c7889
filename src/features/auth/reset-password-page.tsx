import { zodResolver } from '@hookform/resolvers/zod'
import { useForm } from 'react-hook-form'
import { Link, useNavigate } from 'react-router-dom'
import * as z from 'zod/mini'
import { authErrorText } from '@/lib/auth-errors'
import { AuthLayout } from '@/features/auth/auth-layout'
import { changePassword } from '@/features/auth/requests'
import { newPasswordSchema, PASSWORD_MIN } from '@/lib/auth-schemas'
import { TextLink } from '@/features/auth/text-link'
import { useTokenHash } from '@/features/auth/use-token-hash'
import { authRedirect } from '@/lib/auth-redirect'
import { paths } from '@/lib/paths'
import { wasCancelled, withRecentSignIn } from '@/lib/reauthenticate'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Notice } from '@/ui/notice'
import { Spinner } from '@/ui/spinner'
import { toast } from '@/ui/toaster'

export function Component() {
  const status = useSession((state) => state.status)
  const email = useSession((state) => state.user?.email)
  const verification = useTokenHash()

  if (status === 'signed-in') return <NewPassword email={email ?? ''} />
  if (status === 'loading' || verification.pending) {
    return (
      <AuthLayout title="One moment">
        <p className="flex items-center gap-2 text-ink-2">
          <Spinner /> Reading the link
        </p>
      </AuthLayout>
    )
  }
  const error = verification.error ?? authRedirect.error
  return (
    <AuthLayout
      title={error?.title ?? 'This page needs the link from your mail'}
      sub={error?.detail ?? 'Ask for a link, then open it in this browser.'}
      footer={<TextLink to={paths.signIn.getHref()}>Back to signing in</TextLink>}
    >
      <Button asChild variant="primary" className="w-full">
        <Link to={paths.forgotPassword.getHref()}>Ask for a new link</Link>
      </Button>
    </AuthLayout>
  )
}

const schema = z.object({ password: newPasswordSchema })

function NewPassword({ email }: { email: string }) {
  const navigate = useNavigate()
  const { register, handleSubmit, setError, formState } = useForm({ resolver: zodResolver(schema), defaultValues: { password: '' } })
  const { errors, isSubmitting } = formState

  const submit = handleSubmit(async ({ password }) => {
    try {
      // Following the link was a sign-in, unless the page has been left open since.
      await withRecentSignIn(() => changePassword(password))
      useSession.setState({ recovering: false })
      toast.success('Your password is changed')
      await navigate(paths.home.getHref(), { replace: true })
    } catch (error) {
      if (wasCancelled(error)) return
      const { field, message } = authErrorText(error)
      setError(field === 'password' ? 'password' : 'root', { message }, { shouldFocus: true })
    }
  })

  return (
    <AuthLayout title="Choose a new password" sub={<>For {email}. You are signed in already.</>}>
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {/* Password managers file the new password under this name. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <Field label="New password" required hint={`At least ${PASSWORD_MIN} characters.`} error={errors.password?.message}>
          <Input type="password" autoComplete="new-password" {...register('password')} />
        </Field>
        {errors.root?.message !== undefined && <Notice tone="failure">{errors.root.message}</Notice>}
        <Button type="submit" variant="primary" busy={isSubmitting}>
          Save the password
        </Button>
      </form>
    </AuthLayout>
  )
}
