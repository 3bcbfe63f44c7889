import { Link, type LinkProps } from 'react-router-dom'

export function TextLink(props: LinkProps) {
  return <Link {...props} className="font-semibold text-accent-ink underline-offset-2 hover:underline" />
}
