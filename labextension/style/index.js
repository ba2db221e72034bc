// Each file by itself, so that its blanks can be left out.
import './tokens.css';
import './ui.css';
import './sidebar.css';
import './card.css';
import './page.css';
import './frame.css';
import './models.css';
import './endpoints.css';
