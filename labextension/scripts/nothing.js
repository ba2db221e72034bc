// Stands in for styles and pictures, which tests do not look at.
module.exports = '';
