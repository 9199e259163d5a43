/** Starts the console. */
import { createRoot } from 'react-dom/client';
import { applyTokens } from '../ui/theme.ts';
import { Providers } from './providers.tsx';
import './styles.css';

applyTokens(document.documentElement);
const root = document.getElementById('root');
if (root) createRoot(root).render(<Providers />);
